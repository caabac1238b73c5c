package dev.headwater.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.BackfillWalk;
import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.Sight;
import dev.headwater.history.WalkedEvent;
import dev.headwater.id.EventId;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Our walk beside the answers that Synapse and Dendrite gave to the same questions. */
class RecordedBackfillTest {
    @Test
    void everyDifferenceIsExplained() {
        Map<String, Map<String, String>> counted = new TreeMap<>();
        for (RecordedRoom room : RecordedRooms.all()) {
            EventStore store = new MemoryEventStore();
            room.write(store, room.events().keySet());
            for (BackfillAnswer answer :
                    room.answers("backfill").stream().map(BackfillAnswer::of).toList()) {
                count(counted, answer, explain(room, store, answer));
            }
        }
        counted.forEach((differences, by) -> System.out.println(differences + ": " + by));
        assertThat(counted).isEqualTo(RoomsDocument.table("Our order beside theirs"));
    }

    private static String explain(RecordedRoom room, EventStore store, BackfillAnswer answer) {
        if (answer.status() != 200) {
            assertThat(answer.status()).isEqualTo(403);
            return "refused";
        }
        List<EventId> ours = Objects.requireNonNull(new BackfillWalk(store)
                        .walk(
                                room.id(),
                                answer.from(),
                                Math.min(answer.limit(), Difference.THEIR_CAP),
                                side -> Sight.SHOWN)
                        .collectList()
                        .block())
                .stream()
                .map(WalkedEvent::id)
                .toList();
        Set<Difference> differences = EnumSet.noneOf(Difference.class);
        differences.addAll(Difference.between(room, answer, ours));
        return differences.isEmpty()
                ? "none"
                : differences.stream()
                        .map(difference ->
                                difference.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                        .collect(Collectors.joining(", "));
    }

    private static void count(Map<String, Map<String, String>> counted, BackfillAnswer answer, String differences) {
        Map<String, String> by = counted.computeIfAbsent(differences, key -> {
            Map<String, String> none = new LinkedHashMap<>();
            none.put("Synapse", "0");
            none.put("Dendrite", "0");
            return none;
        });
        by.merge(answer.byDendrite() ? "Dendrite" : "Synapse", "1", (count, one) -> "" + (Integer.parseInt(count) + 1));
    }
}
