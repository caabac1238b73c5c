package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * What stands around one event: the events that authorise it, and the state of the room before it, as far as these follow
 * from what is stored without state resolution.
 *
 * <p>Every method starts on subscription and sends no further command to the store once it is cancelled. What it does is
 * bounded. Empty if the event is not stored, was rejected or is withheld from the reader. Fails with {@link
 * NotDerivableException}, with {@link WalkMovedException} if the room is gone in the middle, and with {@link
 * StoreUnavailableException}.
 */
public final class EventContext {
    /** Events that one answer takes to be looked at, at most. */
    static final int MOST = 20_000;

    private final EventStore store;
    private final RoomStates states;
    private final int most;

    public EventContext(EventStore store) {
        this(store, MOST);
    }

    EventContext(EventStore store, int most) {
        this.store = store;
        this.states = new RoomStates(store);
        this.most = most;
    }

    /**
     * A state and the events that authorise it.
     *
     * @param events those that hold a pair of type and state key, in the order of their places
     * @param authChain what they name in {@code auth_events}, directly or not, each behind what it names itself
     */
    public record State(List<PlacedEvent> events, List<PlacedEvent> authChain) {}

    /**
     * The events that authorise {@code event}, without itself, each behind those that authorise it in turn.
     *
     * @param found where it lies
     */
    public Mono<List<PlacedEvent>> authChain(Located found, EventId event, Viewer viewer) {
        return shown(found, event, viewer).flatMap(side -> {
            AuthChainSearch search = new AuthChainSearch(store, found.head(), most);
            return search.from(List.copyOf(found.places().values())).then(Mono.fromSupplier(search::chain));
        });
    }

    /**
     * The state before {@code event}.
     *
     * @param found where it lies
     */
    public Mono<State> before(Located found, EventId event, Viewer viewer) {
        return shown(found, event, viewer).flatMap(side -> {
            if (!side.state().isKnown()) {
                return Mono.error(new NotDerivableException("the state before the event is not known"));
            }
            AuthChainSearch search = new AuthChainSearch(store, found.head(), most);
            return states.all(found.head().room(), side.state().before(), most)
                    .flatMap(entries -> search.from(places(entries)))
                    .then(Mono.fromSupplier(() -> new State(search.given(), search.chain())));
        });
    }

    private static List<Place> places(List<StateEntry> entries) {
        List<Place> places = new ArrayList<>(entries.size());
        for (StateEntry entry : entries) {
            Place place = entry.place();
            if (place == null) {
                throw new NotDerivableException(
                        entry.isConflicted()
                                ? "branches of the room disagree about the state before the event"
                                : "not all of the state before the event is stored");
            }
            places.add(place);
        }
        return places;
    }

    private Mono<Side> shown(Located found, EventId event, Viewer viewer) {
        RoomId room = found.head().room();
        Place place = found.places().get(event);
        if (place == null) {
            return Mono.empty();
        }
        return store.plan(room, List.of(place.page())).flatMap(read -> {
            Page page = read.pages().get(place.page());
            if (page == null) {
                return Mono.error(new IllegalStateException("Room " + room + ": the store has lost a page"));
            }
            Side side = page.side().sides().get(place.slot());
            Mono<Void> prepared = viewer.sightOf(side) == null ? viewer.prepare(room, List.of(side)) : Mono.empty();
            return prepared.then(Mono.fromSupplier(() -> side))
                    .filter(each -> !each.silent() && viewer.sightOf(each) != Sight.WITHHELD);
        });
    }
}
