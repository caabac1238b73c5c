package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackfillAnswerTest {
    @Test
    void givesEachEventAsItStands() {
        assertThat(events(
                        "{\"origin\":\"a\",\"x\":{\"pdus\":[1]},\"pdus\": [ {\"é\": [1.0, {}] } ,{\"b\":\"]}\"}, 7 ]}"))
                .containsExactly("{\"é\": [1.0, {}] }", "{\"b\":\"]}\"}", "7");
        assertThat(events("{\"pdus\":[]}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"pdus\":{}}",
                "{\"pdus\":[],\"pdus\":{}}",
                "{\"pdus\":[{\"a\":1},",
                "{\"pdus\":[{\"a\":1}]",
                "{\"pdus\":[{\"a\":1}]}{}",
                "{\"pdus\":[{\"a\":1}]} x"
            })
    void refusesWhatIsNotComplete(String body) {
        assertThatThrownBy(() -> events(body))
                .isInstanceOf(TransferException.class)
                .hasMessageStartingWith("the answer ")
                .hasMessageContaining("expected ");
    }

    @Test
    void refusesOtherCharsets() {
        for (Charset charset : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)) {
            assertThatThrownBy(() -> BackfillAnswer.events("{\"pdus\":[{\"a\":1}]}".getBytes(charset)))
                    .isInstanceOf(TransferException.class);
        }
    }

    private static List<String> events(String body) {
        return BackfillAnswer.events(body.getBytes(StandardCharsets.UTF_8)).stream()
                .map(event -> new String(event, StandardCharsets.UTF_8))
                .toList();
    }
}
