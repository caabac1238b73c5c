package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Any bytes as another server's answer: what is cut out of it is what stands in it. */
class BackfillAnswerFuzzTest {
    private static final JsonMapper WHOLE = JsonMapper.builder(JsonFactory.builder()
                    .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
                    .build())
            .build();

    static Stream<byte[]> answers() {
        Stream<byte[]> texts = Stream.of(
                        "{\"origin\":\"a\",\"x\":{\"pdus\":[1]},\"pdus\": [ {\"é\": [1.0, {}] } ,{\"b\":\"]}\"}, 7 ]}",
                        "{\"pdus\":[\"text\",[],null,true,-1.5e3,{\"a\":{\"b\":[{}]}}]}",
                        "{\"pdus\":[{}],\"pdus\":[]}",
                        "{\"pdus\":[{}],\"pdus\":{}}",
                        "{\"pdus\":[{\"a\":1},",
                        "{\"pdus\":[{\"a\":1}]}{}",
                        "{\"pdus\":[{\"a\":1}]} x",
                        "{\"p\\u0064us\":[{}]}",
                        "\uFEFF{\"pdus\":[{\"a\":1}]}",
                        "[]")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
        return Stream.concat(
                texts,
                Stream.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)
                        .map(charset -> "{\"pdus\":[{\"a\":1}]}".getBytes(charset)));
    }

    @MethodSource("answers")
    @FuzzTest
    void cutsOutWhatStandsThereOrRefuses(byte[] body) {
        List<byte[]> events;
        try {
            events = BackfillAnswer.events(body);
        } catch (TransferException e) {
            assertThat(e).hasMessageStartingWith("the answer ").hasMessageContaining("expected ");
            return;
        }
        JsonNode pdus = WHOLE.readTree(body).path("pdus");
        assertThat(events).hasSize(pdus.size());
        for (int i = 0; i < pdus.size(); i++) {
            assertThat(WHOLE.readTree(events.get(i))).isEqualTo(pdus.get(i));
        }
    }
}
