package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One try at a sweep: ends with {@link LostRaceException} as soon as somebody else publishes. For one subscriber, once. */
final class RedactionPass {
    /** Redactions that are decided at once: each may change its own page and that of its target. */
    private static final int AT_ONCE = 32;

    /** Levels after which progress is published though nothing was decided. */
    private static final int MAX_SILENT_LEVELS = 256;

    private final StateNodes states;
    private final EventStore store;
    private final RoomId room;
    private final long[] decided;
    private @Nullable RoomHead head;
    private int silentLevels;
    private boolean done;

    /** @param decided counts the redactions that were */
    RedactionPass(StateNodes states, RoomId room, long[] decided) {
        this.states = states;
        this.store = states.store();
        this.room = room;
        this.decided = decided;
    }

    Mono<Void> run() {
        return store.plan(room, List.of()).flatMap(none -> {
            if (none.head().judgeFrom() == RoomHead.NOTHING_TO_SWEEP) {
                return Mono.empty();
            }
            head = none.head();
            AscendingScan ascending = new AscendingScan(store, room, none.head().judgeFrom());
            return Mono.defer(ascending::next)
                    .switchIfEmpty(Mono.fromRunnable(() -> done = true))
                    .flatMap(this::level)
                    .repeat(() -> !done)
                    .then(Mono.defer(() -> progress(RoomHead.NOTHING_TO_SWEEP)));
        });
    }

    private Mono<Void> level(AscendingScan.Level level) {
        RoomHead now = head();
        if (level.head().version() != now.version()) {
            return Mono.error(new LostRaceException());
        }
        List<Place> undecided = new ArrayList<>();
        List<Place> unmarked = new ArrayList<>();
        for (AscendingScan.Row row : level.rows()) {
            if (row.side().undecided()) {
                undecided.add(row.place());
            }
            if (now.markingSenders() && row.side().redacted() == Redacted.NO) {
                unmarked.add(row.place());
            }
        }
        return markSenders(unmarked)
                .then(Mono.defer(() -> Flux.fromIterable(undecided)
                        .buffer(AT_ONCE)
                        .concatMap(this::decide, 1)
                        .then()))
                .then(Mono.defer(() -> {
                    silentLevels = head().version() == now.version() ? silentLevels + 1 : MAX_SILENT_LEVELS;
                    return silentLevels < MAX_SILENT_LEVELS ? Mono.empty() : progress(level.bucket() + 1);
                }));
    }

    private Mono<Void> progress(long below) {
        silentLevels = 0;
        return publish(head().next().withJudged(below), new PageEdits(), Map.of(), List.of(), Map.of());
    }

    /** Marks those events whose sender is redacted, some pages at a time. */
    private Mono<Void> markSenders(List<Place> places) {
        Map<PageId, List<Place>> byPage = new HashMap<>();
        places.forEach(place ->
                byPage.computeIfAbsent(place.page(), page -> new ArrayList<>()).add(place));
        return Flux.fromIterable(byPage.values())
                .buffer(EventStore.MAX_WINDOW)
                .concatMap(
                        some -> {
                            StoredEvents events = new StoredEvents(store, head());
                            List<Place> here =
                                    some.stream().flatMap(List::stream).toList();
                            return events.read(here).then(Mono.defer(() -> markSenders(here, events)));
                        },
                        1)
                .then();
    }

    private Mono<Void> markSenders(List<Place> places, StoredEvents events) {
        Map<Place, UserId> senders = new HashMap<>();
        for (Place place : places) {
            UserId sender = StoredEvents.sender(events.json(place));
            if (sender != null) {
                senders.put(place, sender);
            }
        }
        return redactedAmong(new HashSet<>(senders.values())).flatMap(redacted -> {
            PageEdits edits = new PageEdits();
            senders.forEach((place, sender) -> {
                if (redacted.contains(sender)) {
                    edits.add(place, Side::asMarked);
                }
            });
            return edits.pages().isEmpty()
                    ? Mono.empty()
                    : publish(head().next(), edits, Map.of(), List.of(), Map.of());
        });
    }

    private Mono<Set<UserId>> redactedAmong(Set<UserId> senders) {
        return store.basis(room, head().roomVersion(), List.of(), senders).map(basis -> {
            if (basis.head().version() != head().version()) {
                throw new LostRaceException();
            }
            return basis.redactedSenders();
        });
    }

    private Mono<Void> decide(List<Place> redactions) {
        return new RedactionFacts(states, head(), redactions)
                .read()
                .map(RedactionDraft::of)
                .flatMap(draft -> draft.decided() == 0
                        ? Mono.empty()
                        : publish(
                                        draft.changesBodies() ? head().next().withBodyChange() : head().next(),
                                        draft.edits(),
                                        draft.marks(),
                                        draft.bodies(),
                                        draft.sealedBodies())
                                .then(Mono.fromRunnable(() -> decided[0] += draft.decided())));
    }

    private Mono<Void> publish(
            RoomHead after,
            PageEdits edits,
            Map<EventId, Mark> marks,
            List<BodyChange> bodies,
            Map<PageId, byte[]> sealedBodies) {
        return new EditPublisher(store)
                .publish(head(), after, edits, marks, bodies, sealedBodies)
                .then(Mono.fromRunnable(() -> head = after));
    }

    private RoomHead head() {
        RoomHead now = head;
        if (now == null) {
            throw new IllegalStateException("The head of " + room + " was not read");
        }
        return now;
    }
}
