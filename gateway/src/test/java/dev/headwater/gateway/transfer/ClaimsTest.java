package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.EventId;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClaimsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'depth':7,'prev_events':['$a','$b']}|7",
                "{'x':{'depth':1},'prev_events':[['$a',{'sha256':['$c']}],['$b',{}]],'depth':9007199254740991}|9007199254740991",
                "{'depth':1e3,'prev_events':['$a','$b',5,{'$c':[]}]}|0",
                "{'depth':18446744073709551616,'prev_events':['$a','$b']}|0",
                "{'depth':[1],'prev_events':['$a','$b']}|0",
            })
    void readsWhatAnEventSaysOfItsPlace(String event, long depth) {
        String longName = "{\"" + "n".repeat(60_000) + "\":0,";
        byte[] page =
                (" " + event.replace('\'', '"').replaceFirst("[{]", longName) + ",").getBytes(StandardCharsets.UTF_8);
        Claims claims = Claims.of(page, 1, page.length - 2);
        assertThat(claims.depth()).isEqualTo(depth);
        assertThat(claims.prevEvents()).containsExactly(EventId.parse("$a"), EventId.parse("$b"));
    }
}
