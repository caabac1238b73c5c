package dev.headwater.history;

import dev.headwater.history.RedactionRule.Asking;
import dev.headwater.history.RedactionRule.Target;
import dev.headwater.id.EventId;
import dev.headwater.id.UserId;
import dev.headwater.room.PowerLevels;
import dev.headwater.room.Redacts;
import dev.headwater.room.RoomVersionRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/** What the store says about some redactions, and about what they want redacted, all of one version of the room. */
final class RedactionFacts {
    /** What holds the power levels, and what created the room, in the state before a redaction. */
    private record Ruling(
            @Nullable StateEntry levels, @Nullable StateEntry create) {
        boolean isCertain() {
            return (levels == null || !levels.isConflicted()) && (create == null || !create.isConflicted());
        }
    }

    private final StateNodes states;
    private final EventStore store;
    private final RoomHead head;
    private final RoomVersionRules rules;
    private final List<Place> redactions;
    private final StoredEvents events;
    private final Map<Place, Asking> asking = new HashMap<>();
    private final Map<Place, EventId> targets = new HashMap<>();
    private final Map<EventId, Place> places = new HashMap<>();
    private final Map<EventId, Mark> marks = new HashMap<>();
    private final Set<UserId> redactedSenders = new HashSet<>();
    private final Map<StateRoot, Ruling> rulings = new HashMap<>();
    private final Map<EventId, Place> ruling = new HashMap<>();
    private final Map<Ruling, Optional<PowerLevels>> levels = new HashMap<>();

    RedactionFacts(StateNodes states, RoomHead head, List<Place> redactions) {
        this.states = states;
        this.store = states.store();
        this.head = head;
        this.rules = RoomVersionRules.of(head.roomVersion());
        this.redactions = redactions;
        events = new StoredEvents(store, head);
    }

    /** Fails with {@link LostRaceException} if the room is no longer at the head. */
    Mono<RedactionFacts> read() {
        return events.read(redactions)
                .then(Mono.defer(this::locateTargets))
                .then(Mono.defer(() -> events.read(places.values())))
                .then(Mono.defer(this::askForSenders))
                .then(Mono.defer(this::readStates))
                .then(Mono.defer(this::locateRuling))
                .then(Mono.defer(() -> events.read(rulingPlaces())))
                .thenReturn(this);
    }

    private Mono<Void> locateTargets() {
        for (Place place : redactions) {
            ObjectNode json = events.json(place);
            Side side = events.side(place);
            EventId target = Redacts.target(json, rules);
            UserId sender = StoredEvents.sender(json);
            if (target != null && sender != null) {
                targets.put(place, target);
                asking.put(place, new Asking(side.id(), sender, Redacts.ownTarget(json, rules), side.silent()));
            }
        }
        return store.basis(head.room(), head.roomVersion(), new HashSet<>(targets.values()), Set.of())
                .doOnNext(basis -> {
                    requireSame(basis.head());
                    places.putAll(basis.places());
                    marks.putAll(basis.marks());
                })
                .then();
    }

    private Mono<Void> askForSenders() {
        Set<UserId> senders = new HashSet<>();
        for (Place place : places.values()) {
            UserId sender = StoredEvents.sender(events.json(place));
            if (sender != null) {
                senders.add(sender);
            }
        }
        return store.basis(head.room(), head.roomVersion(), List.of(), senders)
                .doOnNext(basis -> {
                    requireSame(basis.head());
                    redactedSenders.addAll(basis.redactedSenders());
                })
                .then();
    }

    private Mono<Void> readStates() {
        Set<StateRoot> roots = new HashSet<>();
        for (Place place : redactions) {
            StateRoot before = events.side(place).state().before();
            if (before.isKnown()) {
                roots.add(before);
            }
        }
        return states.with(head.room(), session -> look(session, roots)).then();
    }

    private boolean look(StateNodes.Session session, Set<StateRoot> roots) {
        MissingChunksException.Several missing = new MissingChunksException.Several();
        for (StateRoot root : roots) {
            Subtree state = StateTrie.at(root);
            if (state != null && !rulings.containsKey(root)) {
                try {
                    StateEntry power = session.trie().find(state, StateKeys.POWER_LEVELS);
                    rulings.put(root, new Ruling(power, session.trie().find(state, StateKeys.CREATE)));
                } catch (MissingChunksException e) {
                    missing.add(e);
                }
            }
        }
        missing.throwIfAny();
        return true;
    }

    /** An anchor may have told events that were stored later. */
    private Mono<Void> locateRuling() {
        Set<EventId> named = new HashSet<>();
        for (StateEntry entry : rulingEntries()) {
            EventId id = entry.event();
            if (id != null) {
                named.add(id);
            }
        }
        return named.isEmpty()
                ? Mono.empty()
                : store.locate(head.room(), named)
                        .doOnNext(located -> {
                            requireSame(located.head());
                            ruling.putAll(located.places());
                        })
                        .then();
    }

    private List<StateEntry> rulingEntries() {
        List<StateEntry> entries = new ArrayList<>();
        for (Ruling each : rulings.values()) {
            if (each.isCertain()) {
                if (each.levels() != null) {
                    entries.add(each.levels());
                }
                if (each.create() != null) {
                    entries.add(each.create());
                }
            }
        }
        return entries;
    }

    private List<Place> rulingPlaces() {
        List<Place> found = new ArrayList<>();
        for (StateEntry entry : rulingEntries()) {
            Place place = StoredEvents.placeOf(entry, ruling);
            if (place != null) {
                found.add(place);
            }
        }
        return found;
    }

    private void requireSame(RoomHead read) {
        if (read.version() != head.version()) {
            throw new LostRaceException();
        }
    }

    List<Place> redactions() {
        return redactions;
    }

    RoomVersionRules rules() {
        return rules;
    }

    RoomHead head() {
        return head;
    }

    StoredEvents events() {
        return events;
    }

    @Nullable
    Asking asking(Place redaction) {
        return asking.get(redaction);
    }

    /** What a redaction wants redacted; null if its body does not say. */
    @Nullable
    EventId target(Place redaction) {
        return targets.get(redaction);
    }

    @Nullable
    Place placeOf(EventId target) {
        return places.get(target);
    }

    Mark mark(EventId target) {
        return marks.getOrDefault(target, Mark.NONE);
    }

    /** Whether all events of this one's sender are shown redacted. */
    boolean isOfRedactedSender(Place target) {
        UserId sender = StoredEvents.sender(events.json(target));
        return sender == null || redactedSenders.contains(sender);
    }

    @Nullable
    Target described(Place target) {
        ObjectNode json = events.json(target);
        UserId sender = StoredEvents.sender(json);
        return sender == null
                ? null
                : new Target(events.side(target).id(), sender, json.path("type").stringValue(""));
    }

    /** Whether the sender of a redaction had the power to redact; empty if that is not certain. */
    Optional<Boolean> power(Place redaction, UserId sender) {
        Ruling by = rulings.get(events.side(redaction).state().before());
        return by == null || !by.isCertain()
                ? Optional.empty()
                : levels.computeIfAbsent(by, this::levels).flatMap(known -> known.mayRedact(sender));
    }

    private Optional<PowerLevels> levels(Ruling by) {
        ObjectNode create = content(by.create());
        if (by.levels() == null) {
            return Optional.of(new PowerLevels(head.roomVersion(), null, create));
        }
        ObjectNode event = content(by.levels());
        return event != null && event.get("content") instanceof ObjectNode content
                ? Optional.of(new PowerLevels(head.roomVersion(), content, create))
                : Optional.empty();
    }

    private @Nullable ObjectNode content(@Nullable StateEntry entry) {
        Place place = entry == null ? null : StoredEvents.placeOf(entry, ruling);
        return place == null ? null : events.json(place);
    }
}
