package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.VERSION;
import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

final class EventContextTest {
    private static final Viewer ALL = side -> Sight.SHOWN;

    private final RoomBuilder room = new RoomBuilder("!context:a.test");
    private final MemoryEventStore memory = new MemoryEventStore();
    private final CountingStore store = new CountingStore(memory);

    private void write() {
        Awaited.value(new RoomWriter(memory).write(room.room(), VERSION, room.events()));
    }

    private RoomBuilder.Draft event(String name, String... auth) {
        String list = Stream.of(auth).map(each -> "\"$" + each + "\"").collect(Collectors.joining(","));
        return room.event(name).body("{\"auth_events\":[" + list + "],\"state_key\":\"" + name + "\",\"type\":\"t\"}");
    }

    private Located found(String name) {
        return Awaited.value(memory.locate(room.room(), List.of(id(name))));
    }

    private @Nullable List<String> chain(EventContext context, String name) {
        return names(context.authChain(found(name), id(name), ALL).block());
    }

    private static @Nullable List<String> names(@Nullable List<PlacedEvent> events) {
        return events == null
                ? null
                : events.stream().map(event -> event.id().value().substring(1)).toList();
    }

    @Test
    void putsEachBehindWhatAuthorisesItThoughDepthsSayOtherwise() {
        event("create").kind(EventKind.CREATE);
        event("early", "late").after("create").kind(EventKind.STATE);
        event("late", "create").after("early").kind(EventKind.STATE);
        event("last", "early", "early", "last").after("late");
        write();
        assertThat(chain(new EventContext(store), "last")).containsExactly("create", "late", "early");
        assertThat(chain(new EventContext(store), "create")).isEmpty();
    }

    @Test
    void doesNotTellAPartOfAChain() {
        event("create").kind(EventKind.CREATE);
        event("a", "create", "nobody").after("create");
        event("b", "a").after("a");
        event("rejected", "create").after("b").silent();
        event("c", "rejected").after("rejected");
        event("x", "y").after("create");
        event("y", "x").after("create");
        event("z", "x").after("y");
        write();
        EventContext context = new EventContext(store);
        assertThatThrownBy(() -> chain(context, "b"))
                .isInstanceOf(NotDerivableException.class)
                .hasMessageContaining("stored");
        assertThatThrownBy(() -> chain(context, "c"))
                .isInstanceOf(NotDerivableException.class)
                .hasMessageContaining("rejected");
        assertThatThrownBy(() -> chain(context, "z"))
                .isInstanceOf(NotDerivableException.class)
                .hasMessageContaining("itself");
        assertThat(chain(context, "rejected")).as("as if it were not stored").isNull();
        assertThat(new EventContext(store)
                        .authChain(found("a"), id("a"), side -> Sight.WITHHELD)
                        .block())
                .isNull();
    }

    @Test
    void followsSoManyEventsAndNoMore() {
        event("e0").kind(EventKind.CREATE);
        IntStream.rangeClosed(1, 100)
                .forEach(i -> event("e" + i, "e" + (i - 1)).after("e" + (i - 1)).kind(EventKind.STATE));
        write();
        assertThat(chain(new EventContext(store, 101), "e100")).hasSize(100);
        assertThatThrownBy(() -> chain(new EventContext(store, 100), "e100"))
                .isInstanceOf(NotDerivableException.class)
                .hasMessageContaining("100");
        EventContext.State state = Awaited.value(new EventContext(store, 101).before(found("e100"), id("e100"), ALL));
        assertThat(state.events()).hasSize(100);
        assertThat(state.authChain()).hasSize(99);
        assertThatThrownBy(() -> new EventContext(store, 99)
                        .before(found("e100"), id("e100"), ALL)
                        .block())
                .isInstanceOf(NotDerivableException.class);
        assertThat(store.largestWindow.get()).isLessThanOrEqualTo(EventStore.MAX_WINDOW);
    }

    @Test
    void tellsNoStateThatBranchesDisagreeAboutOrThatIsNotKnown() {
        event("create").kind(EventKind.CREATE);
        RoomBuilder.Draft left = event("left").after("create").kind(EventKind.STATE);
        left.body("{\"auth_events\":[],\"state_key\":\"\",\"type\":\"m.room.topic\",\"l\":1}");
        RoomBuilder.Draft right = event("right").after("create").kind(EventKind.STATE);
        right.body("{\"auth_events\":[],\"state_key\":\"\",\"type\":\"m.room.topic\",\"r\":1}");
        event("merge").after("left", "right");
        event("behind").after("nobody");
        write();
        EventContext context = new EventContext(store);
        assertThatThrownBy(
                        () -> context.before(found("merge"), id("merge"), ALL).block())
                .isInstanceOf(NotDerivableException.class)
                .hasMessageContaining("disagree");
        assertThatThrownBy(
                        () -> context.before(found("behind"), id("behind"), ALL).block())
                .isInstanceOf(NotDerivableException.class)
                .hasMessageContaining("not known");
    }

    @Test
    void cancellingReachesTheStore() {
        event("create").kind(EventKind.CREATE);
        event("a", "create").after("create");
        write();
        AtomicBoolean cancelled = new AtomicBoolean();
        EventStore hangs = new CountingStore(memory) {
            @Override
            public Mono<Located> locate(RoomId id, Collection<EventId> events) {
                return Mono.<Located>never().doOnCancel(() -> cancelled.set(true));
            }
        };
        var reader = new EventContext(hangs).authChain(found("a"), id("a"), ALL).subscribe();
        assertThat(cancelled).isFalse();
        reader.dispose();
        assertThat(cancelled).isTrue();
    }
}
