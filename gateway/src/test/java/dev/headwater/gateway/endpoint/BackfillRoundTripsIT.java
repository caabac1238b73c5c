package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.RawConnection;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.history.CountingStore;
import dev.headwater.history.EventKind;
import dev.headwater.history.Located;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomBuilder;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** How often a cold request waits for the store. */
class BackfillRoundTripsIT {
    /** Answers the question about access only once the look-up has been sent too. */
    private static final class TogetherStore extends CountingStore {
        private final Sinks.Empty<Void> located = Sinks.empty();

        TogetherStore(MemoryEventStore store) {
            super(store);
        }

        @Override
        public Mono<Located> locate(RoomId room, Collection<EventId> events) {
            return super.locate(room, events).doOnSubscribe(s -> located.tryEmitEmpty());
        }

        @Override
        public Mono<RoomAdmission.OfServer> admission(RoomId room, ServerName server) {
            return located.asMono().then(super.admission(room, server));
        }
    }

    @Test
    void aHundredEventsTakeTwoDependentRoundTrips() throws Exception {
        RoomBuilder room = new RoomBuilder("!room:hs.example").chain("e", 300);
        TogetherStore store = new TogetherStore(TestGateway.storeWith(room));
        try (TestGateway gateway = TestGateway.over(store).start();
                RawConnection connection = gateway.connect()) {
            String target = "/_matrix/federation/v1/backfill/!room:hs.example?v=$e250&limit=100";
            assertThat(connection.send(gateway.signed(target)).read().status()).isEqualTo(200);
            assertThat(store.locates).hasValue(1);
            assertThat(store.windows).hasValue(1);
            assertThat(store.plans).hasValue(0);
        }
    }

    @Test
    void whereMembershipsDecideItTakesOneMore() throws Exception {
        RoomBuilder room = new RoomBuilder("!room:hs.example");
        room.event("create").kind(EventKind.CREATE);
        room.event("join")
                .after("create")
                .kind(EventKind.MEMBERSHIP)
                .body("{\"state_key\":\"@u:remote.example\",\"content\":{\"membership\":\"join\"}}");
        room.event("e0")
                .after("join")
                .kind(EventKind.RESTRICTS_HISTORY)
                .body("{\"content\":{\"history_visibility\":\"joined\"}}");
        for (int i = 1; i <= 300; i++) {
            room.event("e" + i).after("e" + (i - 1));
        }
        TogetherStore store = new TogetherStore(TestGateway.storeWith(room));
        try (TestGateway gateway = TestGateway.over(store).start();
                RawConnection connection = gateway.connect()) {
            for (int request = 1; request <= 2; request++) {
                String target = "/_matrix/federation/v1/backfill/!room:hs.example?limit=100&v=$e" + (249 + request);
                RawConnection.Response response =
                        connection.send(gateway.signed(target)).read();
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.text()).contains("e249").contains("e160");
                assertThat(store.windows).hasValue(request);
                assertThat(store.stateReads).hasValue(request);
            }
        }
    }

    @Test
    void whatTheLookUpFindsIsNotToldToWhoMayNotAsk() throws Exception {
        RoomBuilder room = new RoomBuilder("!room:hs.example").chain("e", 3);
        MemoryEventStore store = new MemoryEventStore();
        TestGateway.store(store, room, List.of(), "another.example");
        try (TestGateway gateway = TestGateway.over(new TogetherStore(store)).start();
                RawConnection connection = gateway.connect()) {
            for (String event : List.of("$e1", "$unknown")) {
                String target = "/_matrix/federation/v1/backfill/!room:hs.example?limit=1&v=" + event;
                assertThat(connection.send(gateway.signed(target)).read().status())
                        .isEqualTo(403);
            }
        }
    }
}
