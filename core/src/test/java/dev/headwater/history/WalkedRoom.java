package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.VERSION;

import dev.headwater.access.AloneSight;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;

/** A room in memory that is walked through a store which counts, at a time that the test sets. */
abstract class WalkedRoom {
    static final Viewer ALL = side -> Sight.SHOWN;

    final RoomBuilder room = new RoomBuilder("!walk:a.test");
    final MemoryEventStore memory = new MemoryEventStore();
    final CountingStore store = new CountingStore(memory);
    final AtomicLong clock = new AtomicLong();

    final Viewer alone() {
        return new AloneSight(new RoomStates(memory)).of(ServerName.parse("b.test"));
    }

    final void write(List<NewEvent> events) {
        Awaited.value(new RoomWriter(memory).write(room.room(), VERSION, events));
    }

    final Flux<WalkedEvent> walk(long limit, String... from) {
        return walk(store, limit, ALL, from);
    }

    final Flux<WalkedEvent> walk(EventStore over, long limit, Viewer sight, String... from) {
        List<EventId> starts = List.of(from).stream().map(RoomBuilder::id).toList();
        return new BackfillWalk(over, clock::get).walk(room.room(), starts, limit, sight);
    }

    final List<String> names(Flux<WalkedEvent> walk) {
        return Awaited.value(walk.map(event -> event.id().value().substring(1)).collectList());
    }
}
