package dev.headwater.gateway.http;

import static dev.headwater.gateway.http.OddRequests.BACKFILL;
import static dev.headwater.gateway.http.OddRequests.ROOM;
import static dev.headwater.gateway.http.OddRequests.kept;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.OddRequests.Accepted;
import dev.headwater.gateway.http.OddRequests.Refused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows 18, 19 and 59 to 71 of bad input: well signed requests with odd paths and queries, one a row. */
class BadParametersIT {
    private static OddRequests requests;

    @BeforeAll
    static void start() {
        requests = new OddRequests();
    }

    @AfterAll
    static void stop() {
        requests.close();
    }

    private static Refused asked(String name, String target, int status, String errcode) {
        return kept(name, requests.gateway.signed(target), status, errcode);
    }

    static Stream<Refused> refusesWithAMatrixErrorAndDisturbsNobody() {
        String in = BACKFILL + ROOM;
        List<Refused> cases = new ArrayList<>();
        for (String room : List.of(
                "foo", "!", "!" + "x".repeat(255), "!a%00b:x", "%zz", "%2", "!%c0%afx:x", "!%ff:x", "!%ed%a0%80:x")) {
            cases.add(asked(
                    "18 19 59 room " + room.substring(0, Math.min(12, room.length())),
                    BACKFILL + room + "?v=$c10&limit=5",
                    400,
                    "M_INVALID_PARAM"));
        }
        for (String room : List.of("!a%7D%7Bb:x", "!a%5B31mb:x")) {
            cases.add(asked("60 room " + room, BACKFILL + room + "?v=$c10&limit=5", 403, "M_FORBIDDEN"));
        }
        cases.add(asked("61 unknown", BACKFILL + "!unknown:hs.example?v=$c10&limit=5", 403, "M_FORBIDDEN"));
        cases.add(asked("62 denied by its ACL", BACKFILL + "!denied:hs.example?v=$d1&limit=5", 403, "M_FORBIDDEN"));
        cases.add(asked("63 not in the room", BACKFILL + "!others:hs.example?v=$o1&limit=5", 403, "M_FORBIDDEN"));
        for (String room : List.of("!a%0d%0ab:x", "!a%1b%5b31mb:x")) {
            cases.add(asked("60 room " + room, BACKFILL + room + "?v=$c10&limit=5", 400, "M_INVALID_PARAM"));
        }
        cases.add(asked("64 no v", in + "?limit=5", 400, "M_MISSING_PARAM"));
        cases.add(asked("64 no v in an unknown room", BACKFILL + "!unknown:x?limit=5", 400, "M_MISSING_PARAM"));
        cases.add(asked("64 no query", in, 400, "M_MISSING_PARAM"));
        for (String v : List.of("v=", "v=abc", "v", "v=%ff", "v=$" + "x".repeat(255), "v=&v=abc&v=%c0%af")) {
            cases.add(asked(
                    "65 " + v.substring(0, Math.min(9, v.length())),
                    in + "?" + v + "&limit=5",
                    400,
                    "M_INVALID_PARAM"));
        }
        cases.add(asked("18 %zz in the query", in + "?v=$c10&limit=5&x=%zz", 400, "M_INVALID_PARAM"));
        cases.add(asked("67 unknown v", in + "?v=$nobody&limit=5", 404, "M_NOT_FOUND"));
        cases.add(asked("67 v of another room", in + "?v=$o2&limit=5", 404, "M_NOT_FOUND"));
        cases.add(asked("69 no limit", in + "?v=$c10", 400, "M_MISSING_PARAM"));
        for (String limit : List.of(
                "",
                "0",
                "-1",
                "abc",
                "1.5",
                "1e3",
                "%205",
                "+5",
                "%2B5",
                "%D9%A3",
                "18446744073709551616",
                "9223372036854775808",
                "5&limit=5",
                "%ff")) {
            cases.add(asked("70 limit=" + limit, in + "?v=$c10&limit=" + limit, 400, "M_INVALID_PARAM"));
        }
        return cases.stream();
    }

    private static Accepted asked(String name, String target) {
        return new Accepted(name, requests.gateway.signed(target));
    }

    static Stream<Accepted> acceptsWhatOnlyLooksOdd() {
        return Stream.of(
                asked("60 braces in the room's ID", BACKFILL + "!a%7D%7Bh:hs.example?v=$h6&limit=5"),
                asked("trailing slash", BACKFILL + ROOM + "/?v=%24c10&limit=5"),
                asked(
                        "65 67 odd and unknown v beside a good one",
                        BACKFILL + "!room:hs.example?limit=5&v=$c10&v=abc&v=&v=%ff&v=$unknown&v=$o2"),
                asked(
                        "66 300 v",
                        BACKFILL + ROOM + "?limit=5&v=$c10"
                                + IntStream.range(0, 300)
                                        .mapToObj(i -> "&v=$u" + i)
                                        .collect(Collectors.joining())),
                asked("68 one v 300 times", BACKFILL + ROOM + "?limit=5" + "&v=$c10".repeat(300)));
    }

    @ParameterizedTest
    @MethodSource
    void refusesWithAMatrixErrorAndDisturbsNobody(Refused bad) throws IOException {
        requests.refuses(bad);
    }

    @ParameterizedTest
    @MethodSource
    void acceptsWhatOnlyLooksOdd(Accepted odd) throws IOException {
        requests.accepts(odd);
    }

    @Test
    void givesOneAnswerToAllWhoMayNotKnow() throws IOException {
        try (RawConnection connection = requests.gateway.connect()) {
            List<String> bodies = new ArrayList<>();
            for (String room : List.of("!unknown:hs.example", "!denied:hs.example", "!others:hs.example")) {
                bodies.add(connection
                        .send(requests.gateway.signed(BACKFILL + room + "?v=$d1&limit=5"))
                        .read()
                        .text());
            }
            bodies.add(connection
                    .send(requests.unwanted.get(BACKFILL + ROOM + "?v=$c10&limit=5", TestGateway.NAME))
                    .read()
                    .text());
            assertThat(bodies).hasSize(4).containsOnly(bodies.get(0));
        }
    }

    @Test
    void capsTheLimit() throws IOException {
        try (RawConnection connection = requests.gateway.connect()) {
            for (String limit : List.of("1000000", "9223372036854775807")) {
                String target = BACKFILL + ROOM + "?v=$c10&limit=" + limit;
                assertThat(OddRequests.events(
                                connection.send(requests.gateway.signed(target)).read()))
                        .isEqualTo(11);
            }
        }
    }
}
