package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.cache.CachedEventStore;
import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomBuilder;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.redis.RedisOptions;
import dev.headwater.redis.testing.RedisCluster;
import dev.headwater.redis.testing.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Gateways over the store in memory, a real cluster, and a real Redis with and without a cache before it, which must not
 * differ.
 */
final class EveryStore implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CACHE_BYTES = 1 << 20;

    private final MemoryEventStore memory = new MemoryEventStore();
    private final RedisServer redis = RedisServer.started();
    private final RedisCluster cluster = RedisCluster.started();
    private final RedisEventStore ofRedis = connected(redis.uri());
    private final RedisEventStore ofCluster = connected(cluster.uri());
    private final TestGateway fromMemory = TestGateway.over(memory).start();
    private final TestGateway fromRedis = TestGateway.over(ofRedis).start();
    private final TestGateway fromCache =
            TestGateway.over(new CachedEventStore(ofRedis, CACHE_BYTES)).start();
    private final TestGateway fromCluster = TestGateway.over(ofCluster).start();

    /** A question, and how a gateway is asked. */
    interface Question {
        Response ask(TestGateway gateway) throws IOException;
    }

    /** @param room which {@code remote.example} is in */
    EveryStore(RoomBuilder room) {
        write(room);
    }

    private static RedisEventStore connected(String uri) {
        return TestGateway.connect(RedisOptions.of(uri).withReadTimeout(PATIENCE));
    }

    /** Writes the room, or what it has more by now. */
    void write(RoomBuilder room) {
        for (EventStore store : List.of(memory, ofRedis, ofCluster)) {
            TestGateway.store(store, room, List.of(), "remote.example");
        }
    }

    TestGateway fromRedis() {
        return fromRedis;
    }

    /** What all of them answer: the same, but for the moment when it was answered. */
    String answer(Question question) throws IOException {
        String answer = withoutTime(question.ask(fromMemory));
        for (TestGateway other : List.of(fromRedis, fromCache, fromCluster)) {
            assertThat(withoutTime(question.ask(other))).isEqualTo(answer);
        }
        return answer;
    }

    private static String withoutTime(Response response) {
        return response.text().replaceFirst("\"origin_server_ts\":[0-9]+,\"pdus\"", "\"pdus\"");
    }

    @Override
    public void close() {
        List.of(fromMemory, fromRedis, fromCache, fromCluster).forEach(TestGateway::close);
        ofRedis.close().block(PATIENCE);
        ofCluster.close().block(PATIENCE);
        redis.close();
        cluster.close();
    }
}
