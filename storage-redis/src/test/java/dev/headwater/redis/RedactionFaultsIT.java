package dev.headwater.redis;

import static dev.headwater.redis.Awaited.value;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.event.Pdu;
import dev.headwater.history.BackfillWalk;
import dev.headwater.history.CountingStore;
import dev.headwater.history.EventStore;
import dev.headwater.history.Publication;
import dev.headwater.history.RedactionSweep;
import dev.headwater.history.RoomWriter;
import dev.headwater.history.Sight;
import dev.headwater.history.StoreUnavailableException;
import dev.headwater.history.VisibilitySweep;
import dev.headwater.history.WalkedEvent;
import dev.headwater.id.EventId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.redis.testing.RedisCluster;
import dev.headwater.redis.testing.RedisServer;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.SignedRoom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Bodies that go for good while their keys move to another node, and while their server dies and comes back. */
class RedactionFaultsIT {
    private static final String EVA = "@eva:e.example";
    private static final int SECRETS = 70;
    private static final Duration PATIENT = Duration.ofSeconds(20);

    /** No key that is not of this test has it. */
    private final String secretText = "secret-" + UUID.randomUUID();

    private final SignedRoom room =
            new SignedRoom(RoomVersion.V10, UUID.randomUUID().toString());
    private final List<Pdu> secrets = new ArrayList<>();

    private void fill(EventStore store) {
        room.join(EVA);
        for (int i = 0; i < SECRETS; i++) {
            secrets.add(room.say(EVA, secretText + "-" + i));
        }
        secrets.forEach(secret -> room.redact(EVA, secret.id()));
        value(new RoomWriter(store).write(room.id(), room.version(), room.events()));
        value(new VisibilitySweep(store).sweep(room.id()));
    }

    private static RedisEventStore connected(String uri) {
        return value(RedisEventStore.connect(
                RedisOptions.of(uri).withReadTimeout(PATIENT).withWriteTimeout(PATIENT)));
    }

    private static long holding(List<RedisServer> servers, String text) {
        return servers.stream().mapToLong(server -> server.keysHolding(text)).sum();
    }

    private Map<EventId, String> bodies(EventStore store) {
        return value(new BackfillWalk(store)
                .walk(room.id(), List.of(room.last().id()), 1_000, side -> Sight.SHOWN)
                .collectMap(WalkedEvent::id, event -> new String(event.page(), event.offset(), event.length(), UTF_8)));
    }

    private void assertErased(EventStore store, List<RedisServer> servers) {
        Map<EventId, String> bodies = bodies(store);
        assertThat(bodies).hasSameSizeAs(room.pdus());
        for (Pdu pdu : room.pdus()) {
            byte[] copy = secrets.contains(pdu)
                    ? CanonicalJson.encode(Redaction.redact(pdu.json(), pdu.version()))
                    : pdu.bytes();
            assertThat(bodies).containsEntry(pdu.id(), new String(copy, UTF_8));
        }
        assertThat(holding(servers, secretText)).isZero();
    }

    @Test
    void waitForTheirSlotWhileItMovesAndAreGoneFromBothNodes() {
        try (RedisCluster cluster = RedisCluster.started()) {
            RedisEventStore store = connected(cluster.uri());
            fill(store);
            assertThat(holding(cluster.nodes(), secretText)).isPositive();
            var move = cluster.startMoving(new String(new RedisKeys(room.id()).head(), US_ASCII));
            assertThat(move.step()).isTrue();
            assertThat(move.step()).isTrue();

            var decided = new RedactionSweep(store).sweep(room.id()).toFuture();
            do {
                // Whatever has been decided so far, all of each body is there.
                assertThat(bodies(store)).hasSameSizeAs(room.pdus());
            } while (move.step());
            move.finish();

            assertThat(decided.join()).isEqualTo(SECRETS);
            assertErased(store, cluster.nodes());
            store.close().block();
        }
    }

    @Test
    void areGoneAfterTheirServerWasKilledAmongThem() {
        try (RedisServer server = RedisServer.started()) {
            RedisEventStore store = connected(server.uri());
            fill(store);
            AtomicInteger left = new AtomicInteger(1);
            EventStore dying = new CountingStore(store) {
                @Override
                public Mono<Boolean> publish(Publication publication) {
                    return left.getAndDecrement() == 0
                            ? Mono.fromRunnable(server::kill)
                                    .subscribeOn(Schedulers.boundedElastic())
                                    .then(super.publish(publication))
                            : super.publish(publication);
                }
            };
            assertThatThrownBy(new RedactionSweep(dying).sweep(room.id())::block)
                    .isInstanceOf(StoreUnavailableException.class);
            server.start();
            store.close().block();
            RedisEventStore after = connected(server.uri());
            assertThat(holding(List.of(server), secretText)).isPositive();

            long decided = value(new RedactionSweep(after).sweep(room.id()));

            assertThat(decided).isBetween(1L, SECRETS - 1L);
            assertErased(after, List.of(server));
            after.close().block();
            server.kill();
            server.start();
            RedisEventStore again = connected(server.uri());
            assertErased(again, List.of(server));
            again.close().block();
        }
    }
}
