package dev.headwater.loadtest.bench;

import dev.headwater.event.Pdu;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The walk that Headwater is measured against: each event under a key of its own, its parents found by reading it. One
 * GET an event, those of a fork at once.
 */
final class EventPerGet implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Comparator<Found> NEWEST_FIRST = Comparator.comparingLong(Found::depth)
            .thenComparingLong(Found::timestamp)
            .reversed()
            .thenComparing(Found::id);

    private record Found(String id, long depth, long timestamp, List<String> parents, byte[] body) {}

    private final RedisClient client;
    private final StatefulRedisConnection<byte[], byte[]> connection;

    EventPerGet(String uri) {
        client = RedisClient.create(patient(uri));
        connection = client.connect(ByteArrayCodec.INSTANCE);
    }

    private static RedisURI patient(String uri) {
        RedisURI address = RedisURI.create(uri);
        address.setTimeout(Patience.with(uri).connectTimeout());
        return address;
    }

    /** Writes events under their IDs; ends when Redis has them. */
    Mono<Void> load(List<Pdu> events) {
        RedisAsyncCommands<byte[], byte[]> redis = connection.async();
        return Flux.fromIterable(events)
                .flatMap(event ->
                        Mono.fromCompletionStage(redis.set(key(event.id().value()), event.bytes())))
                .then();
    }

    /** The bodies of at most {@code limit} events from one on, newest first. */
    Mono<List<byte[]>> walk(String from, int limit) {
        return Mono.defer(() -> new Walk(limit).fetch(List.of(from)));
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }

    private static byte[] key(String id) {
        return ("event:" + id).getBytes(StandardCharsets.UTF_8);
    }

    private static Found parse(byte[] body, String id) {
        JsonNode event = JSON.readTree(body);
        List<String> parents = new ArrayList<>();
        event.path("prev_events").forEach(parent -> parents.add(parent.asString()));
        return new Found(
                id, event.path("depth").asLong(), event.path("origin_server_ts").asLong(), parents, body);
    }

    private final class Walk {
        private final int limit;
        private final PriorityQueue<Found> frontier = new PriorityQueue<>(NEWEST_FIRST);
        private final Set<String> wanted = new HashSet<>();
        private final List<byte[]> taken = new ArrayList<>();

        Walk(int limit) {
            this.limit = limit;
        }

        Mono<List<byte[]>> fetch(List<String> ids) {
            List<String> fresh = ids.stream().filter(wanted::add).toList();
            return Flux.fromIterable(fresh)
                    .flatMapSequential(this::get, fresh.size() + 1, 1)
                    .doOnNext(frontier::add)
                    .then(Mono.defer(this::step));
        }

        private Mono<Found> get(String id) {
            CompletionStage<byte[]> reply = connection.async().get(key(id));
            return Mono.fromCompletionStage(reply).map(body -> parse(body, id));
        }

        private Mono<List<byte[]>> step() {
            Found newest = frontier.poll();
            while (newest != null) {
                taken.add(newest.body());
                if (taken.size() == limit) {
                    return Mono.just(taken);
                }
                if (!wanted.containsAll(newest.parents())) {
                    return fetch(newest.parents());
                }
                newest = frontier.poll();
            }
            return Mono.just(taken);
        }
    }
}
