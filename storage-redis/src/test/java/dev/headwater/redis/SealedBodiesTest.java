package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.headwater.history.PageId;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

class SealedBodiesTest {
    private static final long SEED = Long.getLong("seed", 20261127);

    private final SealedBodies sealed = new SealedBodies();

    @AfterEach
    void close() {
        sealed.close();
    }

    @Test
    void opensWhatItHasSealed() {
        byte[] text = "{\"type\":\"m.room.message\"}".repeat(100).getBytes(UTF_8);
        byte[] odd = new byte[PageId.MAX_LENGTH];
        new Random(SEED).nextBytes(odd);
        for (byte[] bodies : new byte[][] {text, odd, new byte[PageId.MAX_LENGTH], {'{'}}) {
            assertThat(sealed.open(sealed.seal(bodies))).isEqualTo(bodies);
        }
        assertThat(sealed.seal(text)).hasSizeLessThan(100);
    }

    @Test
    void beginsAsNoEventDoes() {
        assertThat(sealed.seal("{}".getBytes(UTF_8))).startsWith(0x28, 0xb5, 0x2f, 0xfd);
    }

    @Test
    void refusesWhateverWasChanged() {
        var random = new Random(SEED);
        byte[] bodies = new byte[5_000];
        for (int i = 0; i < bodies.length; i++) {
            bodies[i] = (byte) ('a' + random.nextInt(16));
        }
        byte[] frame = sealed.seal(bodies);
        int refused = 0;
        for (int bit = 0; bit < 8 * frame.length; bit++) {
            byte[] broken = frame.clone();
            broken[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertThat(sealed.open(broken)).isEqualTo(bodies);
            } catch (UnreadableRecordException e) {
                assertThat(e).hasMessageContaining("a sealed page");
                refused++;
            }
        }
        assertThat(refused).as("all but some bits of no meaning").isGreaterThan(8 * frame.length - 64);
        for (byte[] other : new byte[][] {
            {},
            "{}".getBytes(UTF_8),
            Arrays.copyOf(frame, frame.length - 1),
            Arrays.copyOf(frame, 12),
            Arrays.copyOf(frame, frame.length + 1)
        }) {
            assertThatThrownBy(() -> sealed.open(other)).isInstanceOf(UnreadableRecordException.class);
        }
        assertThat(sealed.open(frame)).isEqualTo(bodies);
    }

    @Test
    void refusesWhatNoPageCanHoldBeforeItTakesMemoryForIt() {
        byte[] huge = Zstd.compress(new byte[PageId.MAX_LENGTH + 1]);
        assertThatThrownBy(() -> sealed.open(huge))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageContaining("says it has " + (PageId.MAX_LENGTH + 1) + " bytes");
    }

    @Test
    void opensOnManyThreadsAtOnceAndAfterItWasClosed() {
        byte[] bodies = "{\"body\":\"rain\"}".repeat(1_000).getBytes(UTF_8);
        byte[] frame = sealed.seal(bodies);
        Long right = Flux.range(0, 2_000)
                .parallel(8, 1)
                .runOn(Schedulers.boundedElastic(), 1)
                .map(i -> {
                    if (i == 1_000) {
                        sealed.close();
                    }
                    return sealed.open(frame);
                })
                .filter(opened -> Arrays.equals(opened, bodies))
                .sequential()
                .count()
                .block();
        assertThat(right).isEqualTo(2_000);
    }
}
