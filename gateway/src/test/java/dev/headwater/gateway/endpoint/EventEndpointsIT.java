package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.history.CountingStore;
import dev.headwater.history.EventKind;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code /event}, {@code /event_auth}, {@code /state} and {@code /state_ids} over HTTP. */
class EventEndpointsIT {
    private static final String V1 = "/_matrix/federation/v1/";
    private static final String ROOM = "!room:hs.example";

    /** A room with a little state, a message in it, a redacted piece of state, and a fork that disagrees about its topic. */
    private static RoomBuilder room(String id) {
        RoomBuilder room = new RoomBuilder(id);
        state(room, "create", "m.room.create", "").kind(EventKind.CREATE);
        member(room, "join", "@a:remote.example", "create").after("create");
        state(room, "power", "m.room.power_levels", "", "create", "join")
                .after("join")
                .kind(EventKind.STATE);
        state(room, "name", "m.room.name", "", "create", "join", "power")
                .after("power")
                .kind(EventKind.STATE);
        state(room, "power2", "m.room.power_levels", "", "create", "join", "power")
                .after("name")
                .kind(EventKind.STATE);
        event(room, "message", "m.room.message", "", "create", "join", "power2").after("power2");
        event(room, "redaction", "m.room.redaction", "", "create", "join", "power2")
                .after("message")
                .redacts("name");
        state(room, "left", "m.room.topic", "", "create", "join", "power2")
                .after("redaction")
                .kind(EventKind.STATE);
        state(room, "right", "m.room.topic", "", "create", "join", "power2")
                .after("redaction")
                .kind(EventKind.STATE);
        event(room, "merge", "m.room.message", "", "create", "join", "power2").after("left", "right");
        event(room, "gap", "m.room.message", "", "create", "nobody").after("right");
        return room;
    }

    private static RoomBuilder.Draft member(RoomBuilder room, String name, String user, String... auth) {
        String content = "{\"membership\":\"join\"}";
        return room.event(name)
                .body(body(name, "m.room.member", "\"state_key\":\"" + user + "\",", content, auth))
                .kind(EventKind.MEMBERSHIP);
    }

    private static RoomBuilder.Draft state(RoomBuilder room, String name, String type, String key, String... auth) {
        return event(room, name, type, "\"state_key\":\"" + key + "\",", auth);
    }

    private static RoomBuilder.Draft event(RoomBuilder room, String name, String type, String more, String... auth) {
        return room.event(name).body(body(name, type, more, "{\"body\":\"" + name + "\"}", auth));
    }

    private static String body(String name, String type, String more, String content, String... auth) {
        String list = Stream.of(auth).map(id -> "\"$" + id + "\"").collect(Collectors.joining(","));
        return "{\"auth_events\":[" + list + "],\"content\":" + content + ",\"event_id\":\"$" + name + "\"," + more
                + "\"type\":\"" + type + "\"}";
    }

    private static Response ask(TestGateway gateway, String target) throws IOException {
        return gateway.ask(gateway.signed(V1 + target));
    }

    private static JsonNode good(TestGateway gateway, String target) throws IOException {
        Response response = ask(gateway, target);
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        assertThat(response.complete()).isTrue();
        return JsonMapper.shared().readTree(response.body());
    }

    private static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        for (JsonNode event : list) {
            names.add((event.isString() ? event : event.path("event_id"))
                    .stringValue()
                    .substring(1));
        }
        return names;
    }

    @Test
    void tellsWhatStandsAroundAnEvent() throws IOException {
        try (TestGateway gateway =
                TestGateway.over(TestGateway.storeWith(room(ROOM))).start()) {
            JsonNode event = good(gateway, "event/$message");
            assertThat(names(event.path("pdus"))).containsExactly("message");
            assertThat(event.path("origin").stringValue()).isEqualTo(TestGateway.NAME);
            assertThat(event.path("origin_server_ts").isIntegralNumber()).isTrue();
            JsonNode redacted = good(gateway, "event/$name").path("pdus").path(0);
            assertThat(redacted.path("content").size()).isZero();

            assertThat(names(good(gateway, "event_auth/" + ROOM + "/$message").path("auth_chain")))
                    .containsExactly("create", "join", "power", "power2");
            assertThat(names(good(gateway, "event_auth/" + ROOM + "/$create").path("auth_chain")))
                    .isEmpty();

            JsonNode ids = good(gateway, "state_ids/" + ROOM + "?event_id=$message");
            assertThat(names(ids.path("pdu_ids"))).containsExactly("create", "join", "name", "power2");
            assertThat(names(ids.path("auth_chain_ids"))).containsExactly("create", "join", "power");
            JsonNode state = good(gateway, "state/" + ROOM + "?event_id=$message");
            assertThat(names(state.path("pdus"))).isEqualTo(names(ids.path("pdu_ids")));
            assertThat(names(state.path("auth_chain"))).isEqualTo(names(ids.path("auth_chain_ids")));
            assertThat(state.path("pdus").path(2).path("content").size())
                    .as("redacted here as well")
                    .isZero();
            assertThat(state.path("pdus").path(3).path("content").path("body").stringValue())
                    .isEqualTo("power2");
        }
    }

    @Test
    void tellsEmptyListsAsSuch() throws IOException {
        try (TestGateway gateway =
                TestGateway.over(TestGateway.storeWith(room(ROOM))).start()) {
            assertThat(ask(gateway, "state_ids/" + ROOM + "?event_id=$create").text())
                    .isEqualTo("{\"pdu_ids\":[],\"auth_chain_ids\":[]}");
            assertThat(ask(gateway, "state/" + ROOM + "?event_id=$create").text())
                    .isEqualTo("{\"pdus\":[],\"auth_chain\":[]}");
            assertThat(ask(gateway, "state_ids/" + ROOM + "?event_id=$join").text())
                    .isEqualTo("{\"pdu_ids\":[\"$create\"],\"auth_chain_ids\":[]}");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "event/$, 400, M_INVALID_PARAM",
        "event/abc, 400, M_INVALID_PARAM",
        "event/%zz, 400, M_INVALID_PARAM",
        "event/%ff, 400, M_INVALID_PARAM",
        "event/, 400, M_INVALID_PARAM",
        "event, 404, M_UNRECOGNIZED",
        "state/, 400, M_INVALID_PARAM",
        "event/$unknown, 404, M_NOT_FOUND",
        "event/$create-of-others, 403, M_FORBIDDEN",
        "event_auth/!room:hs.example/$unknown, 404, M_NOT_FOUND",
        "event_auth/!room:hs.example/$create-of-others, 404, M_NOT_FOUND",
        "event_auth/!room:hs.example/abc, 400, M_INVALID_PARAM",
        "event_auth/!room:hs.example/$gap, 404, M_NOT_FOUND",
        "event_auth/!others:hs.example/$create-of-others, 403, M_FORBIDDEN",
        "event_auth/!unknown:hs.example/$message, 403, M_FORBIDDEN",
        "state/!room:hs.example, 400, M_MISSING_PARAM",
        "state_ids/!unknown:hs.example, 400, M_MISSING_PARAM",
        "state_ids/!room:hs.example?event_id=, 400, M_INVALID_PARAM",
        "state_ids/!room:hs.example?event_id=abc, 400, M_INVALID_PARAM",
        "state_ids/!room:hs.example?event_id=$a&event_id=$b, 400, M_INVALID_PARAM",
        "state_ids/foo?event_id=$message, 400, M_INVALID_PARAM",
        "state_ids/!room:hs.example?event_id=$unknown, 404, M_NOT_FOUND",
        "state/!room:hs.example?event_id=$create-of-others, 404, M_NOT_FOUND",
        "state/!room:hs.example?event_id=$merge, 404, M_NOT_FOUND",
        "state_ids/!room:hs.example?event_id=$merge, 404, M_NOT_FOUND",
        "state_ids/!others:hs.example?event_id=$create-of-others, 403, M_FORBIDDEN"
    })
    void refusesWhatItCannotTell(String target, int status, String errcode) throws IOException {
        MemoryEventStore store = TestGateway.storeWith(room(ROOM));
        RoomBuilder others = new RoomBuilder("!others:hs.example");
        state(others, "create-of-others", "m.room.create", "").kind(EventKind.CREATE);
        TestGateway.store(store, others, List.of(), "elsewhere.example");
        try (TestGateway gateway = TestGateway.over(store).start()) {
            Response response = ask(gateway, target);
            assertThat(response.status()).as(response.text()).isEqualTo(status);
            assertThat(response.text()).contains("\"" + errcode + "\"");
        }
    }

    @Test
    void refusesAnEventIdOfMoreThan255Bytes() throws IOException {
        try (TestGateway gateway =
                TestGateway.over(TestGateway.storeWith(room(ROOM))).start()) {
            assertThat(ask(gateway, "event/$" + "x".repeat(254)).status()).isEqualTo(404);
            assertThat(ask(gateway, "event/$" + "x".repeat(255)).status()).isEqualTo(400);
        }
    }

    @Test
    void answersTheSameBytesFromEveryStore() throws IOException {
        try (EveryStore stores = new EveryStore(room(ROOM))) {
            for (String target : List.of(
                    "event/$message",
                    "event/$name",
                    "event/$unknown",
                    "event_auth/" + ROOM + "/$message",
                    "state/" + ROOM + "?event_id=$redaction",
                    "state_ids/" + ROOM + "?event_id=$left",
                    "state_ids/" + ROOM + "?event_id=$merge")) {
                assertThat(stores.answer(gateway -> ask(gateway, target))).startsWith("{\"");
            }
        }
    }

    @Test
    void readsNoMoreThanTheQuestionTakes() throws IOException {
        CountingStore store = new CountingStore(TestGateway.storeWith(room(ROOM)));
        try (TestGateway gateway = TestGateway.over(store).start()) {
            assertThat(ask(gateway, "event/$message").status()).isEqualTo(200);
            assertThat(List.of(store.finds.get(), store.locates.get(), store.plans.get(), store.windows.get()))
                    .as("event")
                    .containsExactly(1L, 0L, 0L, 1L);
            assertThat(ask(gateway, "state_ids/" + ROOM + "?event_id=$message").status())
                    .isEqualTo(200);
            assertThat(List.of(store.locates.get(), store.plans.get(), store.stateReads.get(), store.windows.get()))
                    .as("state_ids: the event, its side data, its state, the bodies of that, and one more of the chain")
                    .containsExactly(2L, 1L, 1L, 3L);
        }
    }

    @Test
    void doesNoWorkForWhoMayNotAsk() throws IOException {
        MemoryEventStore memory = new MemoryEventStore();
        TestGateway.store(memory, room(ROOM), List.of(), "elsewhere.example");
        CountingStore store = new CountingStore(memory);
        try (TestGateway gateway = TestGateway.over(store).start()) {
            String refusal =
                    ask(gateway, "state_ids/" + ROOM + "?event_id=$message").text();
            assertThat(refusal).contains("M_FORBIDDEN");
            assertThat(ask(gateway, "state/!unknown:hs.example?event_id=$message")
                            .text())
                    .isEqualTo(refusal);
            assertThat(ask(gateway, "event/$message").text()).isEqualTo(refusal);
            assertThat(List.of(store.plans.get(), store.windows.get(), store.stateReads.get()))
                    .containsOnly(0L);
        }
    }
}
