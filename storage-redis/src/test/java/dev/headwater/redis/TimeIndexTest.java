package dev.headwater.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.headwater.history.TimeRun;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeIndexTest {
    @Test
    void keepsEveryRunInAScoreThatADoubleHoldsExactly() {
        for (int bits = 0; bits <= TimeRun.MAX_BITS; bits++) {
            for (long from : List.of(0L, 1L, 1_700_000_000_001L, TimeRun.LATEST)) {
                TimeRun run = new TimeRun(from, bits);
                long score = TimeIndex.score(run);
                assertThat(score).isBetween(TimeIndex.lowestScore(bits), TimeIndex.lowestScore(bits + 1) - 1);
                assertThat((long) (double) score).isEqualTo(score);
                assertThat(TimeIndex.run(score)).isEqualTo(run);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, 0.5, 0x1p53, Double.POSITIVE_INFINITY, Double.NaN})
    void refusesAScoreThatIsNone(double score) {
        assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(() -> TimeIndex.run(score));
    }
}
