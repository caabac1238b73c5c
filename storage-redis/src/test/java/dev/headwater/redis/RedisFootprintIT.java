package dev.headwater.redis;

import static dev.headwater.redis.Awaited.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.BackfillWalk;
import dev.headwater.history.PageId;
import dev.headwater.history.Sight;
import dev.headwater.history.TimeDirection;
import dev.headwater.redis.testing.RedisServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** How many commands the store needs, and how many bytes. */
class RedisFootprintIT {
    private static final List<PageId> WINDOW =
            List.of(new PageId(9, 0), new PageId(8, 0), new PageId(7, 0), new PageId(6, 0));

    @Test
    void readsInOneCommandEachAndKeepsAnEventInFewBytes() {
        try (var server = RedisServer.started()) {
            RedisEventStore writer = connect(server);
            long before = server.info("used_memory");
            var room = new LinearRoom("weighed").grow(writer, 320);
            long events = room.head().events();
            double each = (server.info("used_memory") - before) / (double) events;
            assertThat(room.seal(writer)).isEqualTo(320);
            double sealed = (server.info("used_memory") - before) / (double) events;
            System.out.printf(
                    "Redis %s: %d events of 846 bytes take %.0f bytes each, and %.0f in sealed pages%n",
                    version(server), events, each, sealed);
            assertThat(each).isLessThan(1_060);
            assertThat(sealed).isLessThan(0.55 * 846);
            writer.close().block();

            RedisEventStore cold = connect(server);
            assertThat(sent(server, cold.locate(room.id, List.of(room.event(300), room.event(7)))))
                    .isEqualTo(Map.of("evalsha", 1L));
            assertThat(sent(server, cold.window(room.id, WINDOW))).isEqualTo(Map.of("mget", 1L));
            assertThat(sent(server, cold.plan(room.id, WINDOW))).isEqualTo(Map.of("mget", 1L));
            assertThat(sent(server, cold.pagesByTime(room.id, room.time(300), TimeDirection.BACKWARDS, 8)))
                    .isEqualTo(Map.of("evalsha", 1L));
            assertThat(sent(
                            server,
                            cold.lastPages(room.id, List.of(8L, 9L)).then(cold.lastPages(room.id, List.of(8L)))))
                    .containsEntry("evalsha", 2L);
            assertThat(sent(server, cold.publish(room.next(8).publication())))
                    .as("one of the room, and one of each part of the index over all rooms")
                    .isEqualTo(Map.of("evalsha", 5L));
            cold.close().block();

            RedisEventStore walked = connect(server);
            var start = List.of(room.event(events - 10));
            assertThat(sent(
                            server,
                            new BackfillWalk(walked)
                                    .walk(room.id, start, 100, side -> Sight.SHOWN)
                                    .count()
                                    .doOnNext(count -> assertThat(count).isEqualTo(100))))
                    .as("two dependent round trips: look up, then one window")
                    .isEqualTo(Map.of("evalsha", 1L, "mget", 1L));
            walked.close().block();
        }
    }

    /** The commands that clients send while it runs; what scripts call is left out. */
    private static Map<String, Long> sent(RedisServer server, Mono<?> call) {
        server.command("CONFIG RESETSTAT");
        value(call);
        Map<String, Long> sent = new HashMap<>(server.calls());
        sent.keySet().retainAll(List.of("evalsha", "eval", "mget"));
        return sent;
    }

    private static RedisEventStore connect(RedisServer server) {
        return value(RedisEventStore.connect(RedisOptions.of(server.uri()).withReadTimeout(Duration.ofSeconds(20))));
    }

    private static String version(RedisServer server) {
        return server.command("INFO server")
                .lines()
                .filter(line -> line.startsWith("redis_version:"))
                .findFirst()
                .orElseThrow();
    }
}
