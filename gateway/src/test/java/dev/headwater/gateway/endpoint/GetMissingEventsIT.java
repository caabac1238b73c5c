package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.RawConnection;
import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.history.CountingStore;
import dev.headwater.history.EventKind;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The signed walk that fills a gap, over HTTP. */
class GetMissingEventsIT {
    private static final String TARGET = "/_matrix/federation/v1/get_missing_events/!room:hs.example";

    /** A line of three strands that merge at every tenth level, with one event that is redacted. */
    private static RoomBuilder braided() {
        RoomBuilder room = new RoomBuilder("!room:hs.example");
        event(room, "top").kind(EventKind.CREATE);
        for (int level = 0; level < 60; level++) {
            for (String strand : List.of("a", "b", "c")) {
                RoomBuilder.Draft event = event(room, strand + level);
                if (level == 0) {
                    event.after("top");
                } else if (level % 10 == 0) {
                    event.after("a" + (level - 1), "b" + (level - 1), "c" + (level - 1));
                } else {
                    event.after(strand + (level - 1));
                }
            }
        }
        event(room, "redaction").after("a59").redacts("b57");
        return room;
    }

    private static RoomBuilder.Draft event(RoomBuilder room, String name) {
        return room.event(name)
                .body("{\"content\":{\"body\":\"" + name + "\"},\"event_id\":\"$" + name
                        + "\",\"type\":\"m.room.message\",\"unprotected\":1}");
    }

    private static Response ask(TestGateway gateway, String body) throws IOException {
        return gateway.ask(gateway.remote.post(TARGET, TestGateway.NAME, body));
    }

    private static List<String> names(Response response) {
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        assertThat(response.complete()).isTrue();
        List<String> names = new ArrayList<>();
        for (JsonNode event : JsonMapper.shared().readTree(response.body()).path("events")) {
            names.add(event.path("event_id").stringValue().substring(1));
        }
        return names;
    }

    @Test
    void answersTheSameBytesFromEveryStore() throws IOException {
        try (EveryStore stores = new EveryStore(braided())) {
            for (String body : List.of(
                    "{\"latest_events\":[\"$redaction\"]}",
                    "{\"latest_events\":[\"$redaction\"],\"limit\":1}",
                    "{\"latest_events\":[\"$a59\",\"$b59\",\"$c59\"],\"limit\":50}",
                    "{\"earliest_events\":[\"$a20\",\"$b20\"],\"latest_events\":[\"$c41\",\"$nobody\"],\"limit\":500}",
                    "{}")) {
                assertThat(stores.answer(gateway -> ask(gateway, body))).startsWith("{\"events\":[");
            }
        }
    }

    @Test
    void showsTheRedactedCopyInItsPlaceAndNeverMoreThanTheCap() throws IOException {
        try (TestGateway gateway =
                TestGateway.over(TestGateway.storeWith(braided())).start()) {
            Response response = ask(gateway, "{\"earliest_events\":[\"$b56\"],\"latest_events\":[\"$b59\"]}");
            assertThat(names(response)).containsExactly("b57", "b58");
            assertThat(response.text())
                    .startsWith("{\"events\":[{\"content\":{},\"event_id\":\"$b57\",\"type\":\"m.room.message\"},{");
            assertThat(names(ask(gateway, "{\"latest_events\":[\"$b59\"]}"))).hasSize(10);
            assertThat(names(ask(gateway, "{\"latest_events\":[\"$a59\",\"$b59\"],\"limit\":1000}")))
                    .hasSize(50);
            assertThat(names(ask(gateway, "{\"latest_events\":[\"$a5\"],\"min_depth\":5}")))
                    .containsExactly("top", "a0", "a1", "a2", "a3", "a4");
        }
        try (TestGateway strict = TestGateway.over(TestGateway.storeWith(braided()))
                .honouringMinDepth()
                .start()) {
            assertThat(names(ask(strict, "{\"latest_events\":[\"$a5\"],\"min_depth\":5}")))
                    .containsExactly("a3", "a4");
        }
    }

    @Test
    void takesTwoDependentRoundTrips() throws IOException {
        CountingStore store =
                new CountingStore(TestGateway.storeWith(new RoomBuilder("!room:hs.example").chain("e", 300)));
        try (TestGateway gateway = TestGateway.over(store).start()) {
            assertThat(ask(gateway, "{\"latest_events\":[\"$e250\"],\"limit\":20}")
                            .status())
                    .isEqualTo(200);
            assertThat(store.locates).hasValue(1);
            assertThat(store.windows).hasValue(1);
            assertThat(store.plans).hasValue(0);
        }
    }

    @Test
    void refusesWhoIsNotInTheRoomAsIfThereWereNone() throws IOException {
        MemoryEventStore store = new MemoryEventStore();
        TestGateway.store(store, braided(), List.of(), "another.example");
        try (TestGateway gateway = TestGateway.over(store).start();
                RawConnection connection = gateway.connect()) {
            String inRoom = ask(gateway, "{\"latest_events\":[\"$b59\"]}").text();
            assertThat(inRoom).contains("M_FORBIDDEN");
            Response elsewhere = connection
                    .send(gateway.remote.post(TARGET + "x", TestGateway.NAME, "{\"latest_events\":[\"$b59\"]}"))
                    .read();
            assertThat(elsewhere.status()).isEqualTo(403);
            assertThat(elsewhere.text()).isEqualTo(inRoom);
        }
    }
}
