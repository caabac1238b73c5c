package dev.headwater.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.oracle.Homeserver.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/** What can be said where branches meet without resolving their states. */
final class MergeRulesTest {
    private static final int ROOMS = 400;
    private static final long SEED = Long.getLong("headwater.oracle.seed", 20261127);

    @Test
    void theSameEventOnEveryBranchStays() {
        assertThat(refuted((a, b) -> a == b))
                .as("-Dheadwater.oracle.seed=%d", SEED)
                .isZero();
    }

    /** The rule that suggests itself, and lets in who was removed: if this finds no example, the rooms are too tame. */
    @Test
    void aJoinOnEveryBranchDoesNotStay() {
        assertThat(refuted((a, b) -> a == b || isJoin(a) && isJoin(b)))
                .as("-Dheadwater.oracle.seed=%d", SEED)
                .isPositive();
    }

    private static boolean isJoin(RoomEvent event) {
        return event.type().equals("m.room.member") && event.membership().equals("join");
    }

    /** In how many rooms something that a rule keeps is not in the state. */
    private static int refuted(BiPredicate<RoomEvent, RoomEvent> keeps) {
        int refuted = 0;
        for (long seed = SEED; seed < SEED + ROOMS; seed++) {
            refuted += isRefuted(RandomRoom.draw(seed).homeserver(), keeps) ? 1 : 0;
        }
        return refuted;
    }

    private static boolean isRefuted(Homeserver homeserver, BiPredicate<RoomEvent, RoomEvent> keeps) {
        Map<String, Map<StatePair, RoomEvent>> after = new HashMap<>();
        for (RoomEvent event : homeserver.events()) {
            Map<StatePair, RoomEvent> kept = kept(
                    event.prevEvents().stream()
                            .map(parent -> Objects.requireNonNull(after.get(parent)))
                            .toList(),
                    keeps);
            Homeserver.State before = homeserver.before(event.id());
            boolean wrong = kept.entrySet().stream().anyMatch(entry -> {
                RoomEvent held = before.get(entry.getKey());
                return held == null || !keeps.test(held, entry.getValue());
            });
            if (wrong) {
                return true;
            }
            if (event.isState() && homeserver.verdict(event.id()) != Verdict.REJECTED) {
                kept.put(event.pair(), event);
            }
            after.put(event.id(), kept);
        }
        return false;
    }

    private static Map<StatePair, RoomEvent> kept(
            List<Map<StatePair, RoomEvent>> branches, BiPredicate<RoomEvent, RoomEvent> keeps) {
        Map<StatePair, RoomEvent> kept = branches.isEmpty() ? new HashMap<>() : new HashMap<>(branches.get(0));
        kept.entrySet()
                .removeIf(entry -> branches.stream().anyMatch(branch -> {
                    RoomEvent held = branch.get(entry.getKey());
                    return held == null || !keeps.test(held, entry.getValue());
                }));
        return kept;
    }
}
