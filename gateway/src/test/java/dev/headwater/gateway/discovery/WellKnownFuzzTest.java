package dev.headwater.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.id.ServerName;
import dev.headwater.json.StrictJson;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** Any answer to a request for the well-known file: at most one name, for at most two days. */
class WellKnownFuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    static Stream<byte[]> answers() {
        return Stream.of(
                        "{\"m.server\":\"fed.example:8448\"}",
                        " {\"m.server\" : \"fed.example\", \"more\": [1.5, {\"m.server\": 5}]}\n",
                        "{\"m.server\":\"[::1]:1\"}",
                        "{\"m.server\":\"1.2.3.4\"}",
                        "{\"m\\u002eserver\":\"fed\\u002eexample.\"}",
                        "{\"m.server\":\"a\",\"m.server\":\"b\"}",
                        "{\"m.server\":\"0x7f.1\"}",
                        "{\"m.server\":\"fed.example:99999\"}",
                        "{\"m.server\":{\"m.server\":\"a\"}}",
                        "{\"m.server\":\"a\"}{}",
                        "[\"m.server\"]",
                        "max-age=3600",
                        "public, max-age=\"0\", no-cache",
                        "max-age=99999999999999999999999",
                        "Thu, 26 Nov 2026 15:00:00 GMT",
                        "Thursday, 26-Nov-26 15:00:00 GMT",
                        "0")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("answers")
    @FuzzTest
    void delegatesToOneNameForAWhileOrToNobody(byte[] bytes) {
        isUsedWithinBounds(new String(bytes, StandardCharsets.ISO_8859_1));
        Optional<ServerName> delegate = WellKnown.delegate(bytes);

        delegate.ifPresent(server -> {
            assertThat(StrictJson.object(bytes, StrictJson.Numbers.LENIENT)
                            .get("m.server")
                            .stringValue())
                    .isEqualTo(server.value());
            assertThat(ServerName.parse(server.value())).isEqualTo(server);
            HostName host = HostName.of(server.host());
            assertThat(host).isNotNull();
            assertThat(host.value()).doesNotContainPattern("[^A-Za-z0-9._:-]").doesNotEndWith(".");
            // Whatever says it, it says the same alone.
            byte[] alone = JsonNodeFactory.instance
                    .objectNode()
                    .put("m.server", server.value())
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(WellKnown.delegate(alone)).contains(server);
        });
    }

    private static void isUsedWithinBounds(String text) {
        HttpHeaders cacheControl = headers().add("Cache-Control", text);
        HttpHeaders expires = headers().add("Expires", text);
        HttpHeaders dated = headers().add("Expires", text).add("Date", text);

        for (HttpHeaders headers : List.of(cacheControl, expires, dated)) {
            assertThat(WellKnown.lifetime(headers, NOW)).isBetween(Duration.ofMinutes(5), Duration.ofHours(48));
        }
        // A date that is its own end has passed; one that is none has passed as well.
        assertThat(WellKnown.lifetime(dated, NOW)).isEqualTo(Duration.ofMinutes(5));
    }

    private static HttpHeaders headers() {
        return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    }
}
