package dev.headwater.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WellKnownTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                                              | PT24H",
                "Cache-Control: max-age=3600                                   | PT1H",
                "Cache-Control: Public, Max-Age=3600, immutable                | PT1H",
                "Cache-Control: max-age=\"3600\"                               | PT1H",
                "Cache-Control: max-age=0                                      | PT5M",
                "Cache-Control: max-age=1                                      | PT5M",
                "Cache-Control: max-age=299                                    | PT5M",
                "Cache-Control: max-age=172800                                 | PT48H",
                "Cache-Control: max-age=172801                                 | PT48H",
                "Cache-Control: max-age=999999999                              | PT48H",
                "Cache-Control: max-age=99999999999999999999                   | PT24H",
                "Cache-Control: max-age=-1                                     | PT24H",
                "Cache-Control: max-age=1e9                                    | PT24H",
                "Cache-Control: s-maxage=3600                                  | PT24H",
                "Cache-Control: private                                        | PT24H",
                "Cache-Control: no-store                                       | PT5M",
                "Cache-Control: no-cache, max-age=3600                         | PT5M",
                "Cache-Control: max-age=3600, no-store                         | PT5M",
                "Cache-Control: max-age=3600, max-age=7200                     | PT1H",
                "Cache-Control: public; Cache-Control: max-age=7200            | PT2H",
                "Expires: Thu, 26 Nov 2026 15:00:00 GMT                        | PT3H",
                "Expires: Thu, 26 Nov 2026 15:00:00 GMT; Date: Thu, 26 Nov 2026 14:00:00 GMT | PT1H",
                "Expires: Thu, 26 Nov 2026 11:00:00 GMT                        | PT5M",
                "Expires: Thu, 26 Nov 2099 11:00:00 GMT                        | PT48H",
                "Expires: 0                                                    | PT5M",
                "Expires: never                                                | PT5M",
                "Expires: Thu, 26 Nov 2026 15:00:00 GMT, and so on and so on and so on and so on | PT5M",
                "Expires: Thu, 26 Nov 2026 15:00:00 GMT; Cache-Control: max-age=600 | PT10M"
            })
    void usesItForAsLongAsItSaysWithinBounds(String headers, Duration lifetime) {
        HttpHeaders parsed = new DefaultHttpHeaders();
        if (headers != null) {
            for (String header : headers.split(";")) {
                parsed.add(header.strip().replaceFirst(":.*", ""), header.replaceFirst("[^:]*: *", ""));
            }
        }

        assertThat(WellKnown.lifetime(parsed, NOW)).isEqualTo(lifetime);
    }
}
