package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.github.luben.zstd.Zstd;
import dev.headwater.history.PageId;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a sealed page: what is opened can be sealed and opened again, the others are told apart. */
class SealedBodiesFuzzTest {
    private static final SealedBodies SEALED = new SealedBodies();

    static Stream<byte[]> frames() {
        byte[] events = "{\"type\":\"m.room.message\"}".repeat(40).getBytes(UTF_8);
        return Stream.of(SEALED.seal(events), SEALED.seal(new byte[9]), Zstd.compress(events, 19), events);
    }

    @MethodSource("frames")
    @FuzzTest
    void opensWhatItSealsOrRefuses(byte[] bytes) {
        byte[] bodies;
        try {
            bodies = SEALED.open(bytes);
        } catch (UnreadableRecordException e) {
            assertThat(e).hasMessageContaining("a sealed page");
            return;
        }
        assertThat(bodies.length).isLessThanOrEqualTo(PageId.MAX_LENGTH);
        assertThat(SEALED.open(SEALED.seal(bodies))).isEqualTo(bodies);
    }
}
