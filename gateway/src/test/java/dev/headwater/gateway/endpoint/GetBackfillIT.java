package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.history.EventKind;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The signed walk over HTTP, from the store in memory, a real Redis and a real cluster, which must not differ. */
class GetBackfillIT {
    private static final String IN = "/_matrix/federation/v1/backfill/!room:hs.example?";
    private static final int BRANCHES = 20;
    private static final int LEVELS = 40;

    private static EveryStore stores;

    @BeforeAll
    static void start() {
        stores = new EveryStore(forked());
    }

    @AfterAll
    static void stop() {
        stores.close();
    }

    /** Twenty branches from one create event, which merge at every tenth level, with one event that is redacted. */
    private static RoomBuilder forked() {
        RoomBuilder room = new RoomBuilder("!room:hs.example");
        event(room, "top").kind(EventKind.CREATE);
        for (int level = 0; level < LEVELS; level++) {
            for (int branch = 0; branch < BRANCHES; branch++) {
                RoomBuilder.Draft event =
                        event(room, "b" + branch + "-" + level).ts(branch % 3);
                if (level == 0) {
                    event.after("top");
                } else if (level % 10 == 0) {
                    int before = level - 1;
                    event.after(IntStream.range(0, BRANCHES)
                            .mapToObj(i -> "b" + i + "-" + before)
                            .toArray(String[]::new));
                } else {
                    event.after("b" + branch + "-" + (level - 1));
                }
            }
        }
        event(room, "redaction").after("b0-39").redacts("b3-38");
        return room;
    }

    private static RoomBuilder.Draft event(RoomBuilder room, String name) {
        return room.event(name)
                .body("{\"content\":{\"body\":\"" + name + "\"},\"event_id\":\"$" + name
                        + "\",\"type\":\"m.room.message\",\"unprotected\":1}");
    }

    private static Response ask(TestGateway gateway, String target) throws IOException {
        return gateway.ask(gateway.signed(target));
    }

    private static List<JsonNode> pdus(Response response) {
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        assertThat(response.complete()).isTrue();
        List<JsonNode> pdus = new ArrayList<>();
        JsonMapper.shared().readTree(response.body()).path("pdus").forEach(pdus::add);
        return pdus;
    }

    private static String name(JsonNode pdu) {
        return pdu.path("event_id").asString().substring(1);
    }

    @Test
    void beginsWithTheOneEventThatWasAskedFor() throws IOException {
        Response response = ask(stores.fromRedis(), IN + "v=%24b7-25&limit=3");
        assertThat(response.text())
                .matches("\\{\"origin\":\"hs\\.example\",\"origin_server_ts\":[0-9]{13},\"pdus\":\\[\\{.*}]}");
        assertThat(response.headers()).containsEntry("content-type", "application/json");
        assertThat(pdus(response)).extracting(GetBackfillIT::name).containsExactly("b7-25", "b7-24", "b7-23");
    }

    @Test
    void walksOnceFromTwentyStartingPoints() throws IOException {
        String starts =
                IntStream.range(0, BRANCHES).mapToObj(i -> "v=$b" + i + "-39").collect(Collectors.joining("&"));
        List<JsonNode> pdus = pdus(ask(stores.fromRedis(), IN + starts + "&limit=500"));
        Set<String> seen = new HashSet<>();
        for (JsonNode pdu : pdus) {
            String name = name(pdu);
            assertThat(seen.add(name)).as("%s comes once", name).isTrue();
            if (!name.equals("top")) {
                int level = Integer.parseInt(name.substring(name.indexOf('-') + 1));
                String child = name.substring(0, name.indexOf('-')) + "-" + (level + 1);
                assertThat(level == LEVELS - 1 || seen.contains(child))
                        .as("%s comes after its child", name)
                        .isTrue();
            }
        }
        assertThat(seen).hasSize(500);
    }

    @Test
    void showsTheRedactedCopyInItsPlace() throws IOException {
        List<JsonNode> pdus = pdus(ask(stores.fromRedis(), IN + "v=$b3-39&limit=3"));
        assertThat(pdus).extracting(GetBackfillIT::name).containsExactly("b3-39", "b3-38", "b3-37");
        assertThat(pdus.get(1).toString())
                .isEqualTo("{\"content\":{},\"event_id\":\"$b3-38\",\"type\":\"m.room.message\"}");
        assertThat(pdus.get(2).path("unprotected").asInt()).isEqualTo(1);
    }

    @Test
    void answersTheSameBytesFromEveryStore() throws IOException {
        for (String query : List.of(
                "v=$redaction&limit=500",
                "v=$redaction&limit=1",
                "v=$b3-39&limit=100",
                "v=$b1-20&v=$b19-5&v=$nobody&v=$top&limit=77")) {
            assertThat(stores.answer(gateway -> ask(gateway, IN + query))).contains("\"pdus\":[{");
        }
    }
}
