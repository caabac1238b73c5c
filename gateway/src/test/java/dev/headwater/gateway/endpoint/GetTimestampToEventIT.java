package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.history.CountingStore;
import dev.headwater.history.EventKind;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GetTimestampToEventIT {
    private static final String V1 = "/_matrix/federation/v1/timestamp_to_event/";
    private static final String ROOM = "!room:hs.example";
    private static final int PAGES = 40;

    /** Events from 1,000 on, a second apart; at 5,000 one that is silent, at 6,000 one that is redacted, at 7,000 one that
     * is withheld, since what was before it is not known; and one that claims a time long ago. */
    private static RoomBuilder room(String id) {
        RoomBuilder room = new RoomBuilder(id);
        room.event("create").kind(EventKind.CREATE).ts(1_000);
        room.event("a").after("create").ts(2_000);
        room.event("b").after("a").ts(3_000);
        room.event("c").after("a").ts(3_000);
        room.event("lie").after("b", "c").ts(-4);
        room.event("d").after("lie").ts(4_000);
        room.event("silent").after("d").ts(5_000).silent();
        room.event("redacted").after("d").ts(6_000);
        room.event("withheld").after("missing").depth(9).ts(7_000);
        room.event("redaction").after("redacted").ts(8_000).redacts("redacted");
        return room;
    }

    private static Response ask(TestGateway gateway, String target) throws IOException {
        return gateway.ask(gateway.signed(V1 + target));
    }

    @ParameterizedTest
    @CsvSource({
        "0, f, create, 1000",
        "1000, f, create, 1000",
        "1000, b, create, 1000",
        "999, b, lie, -4",
        "0, b, lie, -4",
        "1001, f, a, 2000",
        "3999, b, b, 3000",
        "3000, f, c, 3000",
        "3000, b, b, 3000",
        "4001, f, redacted, 6000",
        "5000, b, d, 4000",
        "6001, f, redaction, 8000",
        "7999, b, redacted, 6000",
        "9007199254740991, b, redaction, 8000"
    })
    void tellsTheEventNextToATime(long ts, String dir, String event, long time) throws IOException {
        try (TestGateway gateway =
                TestGateway.over(TestGateway.storeWith(room(ROOM))).start()) {
            Response response = ask(gateway, ROOM + "?ts=" + ts + "&dir=" + dir);
            assertThat(response.text())
                    .isEqualTo("{\"event_id\":\"$" + event + "\",\"origin_server_ts\":" + time + "}");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.complete()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "!room:hs.example?ts=8001&dir=f, 404, M_NOT_FOUND",
        "!room:hs.example?dir=f, 400, M_MISSING_PARAM",
        "!room:hs.example?ts=5, 400, M_MISSING_PARAM",
        "!unknown:hs.example, 400, M_MISSING_PARAM",
        "!room:hs.example?ts=&dir=f, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=-1&dir=b, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=1.5&dir=f, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=1e3&dir=f, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=%2B5&dir=f, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=%205&dir=f, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=%D9%A3&dir=f, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=%ff&dir=f, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=9007199254740992&dir=f, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=18446744073709551621&dir=f, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=5&ts=5&dir=f, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=5&dir=, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=5&dir=F, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=5&dir=x, 400, M_INVALID_PARAM",
        "!room:hs.example?ts=5&dir=f&dir=f, 400, M_INVALID_PARAM",
        "foo?ts=5&dir=f, 400, M_INVALID_PARAM",
        "!unknown:hs.example?ts=5&dir=f, 403, M_FORBIDDEN",
        "!others:hs.example?ts=5&dir=f, 403, M_FORBIDDEN"
    })
    void refusesWhatItCannotTell(String target, int status, String errcode) throws IOException {
        MemoryEventStore store = TestGateway.storeWith(room(ROOM));
        TestGateway.store(store, new RoomBuilder("!others:hs.example").chain("o", 3), List.of(), "elsewhere.example");
        try (TestGateway gateway = TestGateway.over(store).start()) {
            Response response = ask(gateway, target);
            assertThat(response.status()).as(response.text()).isEqualTo(status);
            assertThat(response.text()).contains("\"" + errcode + "\"");
        }
    }

    @Test
    void givesOneAnswerToAllWhoMayNotKnowAndReadsNoPageForThem() throws IOException {
        MemoryEventStore memory = TestGateway.storeWith(room(ROOM));
        TestGateway.store(memory, new RoomBuilder("!others:hs.example").chain("o", 3), List.of(), "elsewhere.example");
        TestGateway.store(
                memory,
                new RoomBuilder("!denied:hs.example").chain("d", 3),
                List.of("{\"allow\":[\"*\"],\"deny\":[\"remote.example\"]}"),
                "remote.example");
        CountingStore store = new CountingStore(memory);
        try (TestGateway gateway = TestGateway.over(store).start()) {
            List<String> refusals = List.of(
                    ask(gateway, "!unknown:hs.example?ts=5&dir=f").text(),
                    ask(gateway, "!others:hs.example?ts=5&dir=f").text(),
                    ask(gateway, "!denied:hs.example?ts=5&dir=f").text());
            assertThat(refusals).containsOnly(refusals.get(0));
            assertThat(store.listings.get()).isEqualTo(3);
            assertThat(store.reads()).isZero();
            assertThat(ask(gateway, ROOM + "?ts=5&dir=f").status()).isEqualTo(200);
            assertThat(List.of(store.listings.get(), store.plans.get(), store.windows.get()))
                    .as("one look at the times, one at the pages")
                    .containsExactly(4L, 1L, 0L);
        }
    }

    @Test
    void answersTheSameFromEveryStoreAndSeesEachEventAtOnce() throws IOException {
        try (EveryStore stores = new EveryStore(longRoom(PAGES))) {
            for (int event = 0; event < 32 * PAGES; event += 61) {
                for (String dir : List.of("f", "b")) {
                    assertThat(answer(stores, time(event) + 1, dir)).contains("\"event_id\"");
                    assertThat(answer(stores, time(event), dir)).contains("\"event_id\"");
                }
            }
            assertThat(answer(stores, 1L << 45, "b")).contains("\"$e" + (32 * PAGES - 1) + "\"");
            stores.write(longRoom(PAGES + 1));
            assertThat(answer(stores, 1L << 45, "b")).contains("\"$e" + (32 * PAGES + 31) + "\"");
        }
    }

    private static String answer(EveryStore stores, long ts, String dir) throws IOException {
        return stores.answer(gateway -> ask(gateway, ROOM + "?ts=" + ts + "&dir=" + dir));
    }

    /** Clocks are wrong by a little, and some by much. */
    private static RoomBuilder longRoom(int pages) {
        RoomBuilder room = new RoomBuilder(ROOM);
        room.event("e0").kind(EventKind.CREATE).ts(time(0));
        for (int i = 1; i < 32 * pages; i++) {
            room.event("e" + i).after("e" + (i - 1)).ts(i % 50 == 7 ? i : i % 9 == 5 ? time(i) - 100_000_000 : time(i));
        }
        return room;
    }

    private static long time(int event) {
        return 1_700_000_000_000L + event * 60_000L;
    }
}
