package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.EventId;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParentsFirstTest {
    private final ParentsFirst ready = new ParentsFirst();

    private boolean take(String id, String... parents) {
        return ready.take(
                new EventId("$" + id),
                List.of(parents).stream()
                        .map(parent -> new EventId("$" + parent))
                        .toList());
    }

    @Test
    void takesWhatFollowsOnlyWhatItHasTaken() {
        assertThat(take("a")).isTrue();
        assertThat(take("b", "a")).isTrue();
        assertThat(take("c", "a", "b")).isTrue();
        assertThat(take("d", "c", "absent")).isFalse();
        assertThat(take("e", "d")).isFalse();
        assertThat(take("f", "f")).isFalse();
    }

    @Test
    void takesAnEventThatHadToWaitWhenItComesAgainBehindItsParent() {
        assertThat(take("b", "a")).isFalse();
        assertThat(take("a")).isTrue();
        assertThat(take("b", "a")).isTrue();
        assertThat(take("b", "a")).isTrue();
    }

    @Test
    void remembersAsManyAsThereAre() {
        assertThat(take("0")).isTrue();
        for (int i = 1; i < 10_000; i++) {
            assertThat(take("" + i, "" + (i - 1))).isTrue();
        }
        for (int i = 0; i < 10_000; i++) {
            assertThat(take("after " + i, "" + i)).isTrue();
            assertThat(take("beside " + i, "absent " + i)).isFalse();
        }
    }
}
