package dev.headwater.gateway.http;

import static dev.headwater.gateway.http.OddRequests.BACKFILL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** A room that is not there, one that is not the asker's, and one that shuts it out look alike from outside. */
class EqualRefusalsIT {
    private final Queue<String> reads = new ConcurrentLinkedQueue<>();

    private EventStore noting(EventStore store) {
        return (EventStore) Proxy.newProxyInstance(
                EventStore.class.getClassLoader(), new Class<?>[] {EventStore.class}, (proxy, method, arguments) -> {
                    reads.add(method.getName());
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void readsTheSameForAllWhoMayNotKnow() throws IOException {
        MemoryEventStore store = TestGateway.storeWith(new RoomBuilder("!room:hs.example").chain("e", 3));
        TestGateway.store(
                store,
                new RoomBuilder("!denied:hs.example").chain("e", 3),
                List.of("{\"allow\":[\"*\"],\"deny\":[\"remote.example\"]}"),
                "remote.example");
        TestGateway.store(store, new RoomBuilder("!others:hs.example").chain("e", 3), List.of(), "elsewhere.example");
        try (TestGateway gateway = TestGateway.over(noting(store)).start();
                RawConnection connection = gateway.connect()) {
            for (String room : List.of("!unknown:hs.example", "!denied:hs.example", "!others:hs.example")) {
                for (String event : List.of("$e2", "$nobody")) {
                    reads.clear();
                    String target = BACKFILL + room + "?v=" + event + "&limit=5";
                    assertThat(connection.send(gateway.signed(target)).read().status())
                            .isEqualTo(403);
                    assertThat(reads).as(room).containsExactly("admission", "locate");
                }
            }
        }
    }
}
