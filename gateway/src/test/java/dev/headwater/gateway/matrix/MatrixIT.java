package dev.headwater.gateway.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.gateway.matrix.MatrixGateway.Answer;
import dev.headwater.gateway.matrix.MatrixRoom.Asked;
import dev.headwater.id.EventId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * The matrix: rooms of six history visibilities, a server that was never in them, is invited, joined, has left, is banned and
 * is back, events from before, during and after, and every endpoint; beside what Synapse answered to the same server at the
 * same moment. {@code matrix.txt} beside this test holds our answers, and theirs where they differ. Nothing may be shown
 * more fully than Synapse showed it; each time that less is shown, one of the rules below says why.
 */
class MatrixIT {
    /** Before the direction. */
    private static final String TIMESTAMP_TO_EVENT = "timestamp_to_event ";

    private static final String CEDAR = "cedar.example:8448";

    /** How much an answer tells, least first. */
    private enum Told {
        /** 403. */
        KEPT_OUT('x'),
        /** 404, or a 200 without it. */
        NOTHING('-'),
        REDACTED('r'),
        /** In full; of lists: all of it. */
        FULL('F');

        final char letter;

        Told(char letter) {
            this.letter = letter;
        }
    }

    private static final Map<String, Integer> LESS = new TreeMap<>();
    private static int askedInAll;
    private static int toldByThem;

    private final Map<String, String> cells = new LinkedHashMap<>();
    private final Set<String> unexplained = new TreeSet<>();

    static List<String> kinds() {
        return MatrixRoom.KINDS;
    }

    @AfterAll
    static void printTheFigure() {
        int less = LESS.values().stream().mapToInt(count -> count).sum();
        System.out.printf(
                "%d questions, %d of them answered by Synapse with a body; we tell less %d times (%.1f %%): %s%n",
                askedInAll, toldByThem, less, 100.0 * less / toldByThem, LESS);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void neverMoreThanTheHomeserverToldAndTheTableIsTrue(String kind) throws IOException {
        MatrixRoom room = new MatrixRoom(kind);
        for (String moment : MatrixRoom.MOMENTS) {
            try (MatrixGateway gateway = new MatrixGateway(room.room, room.held(moment))) {
                for (Asked asked : room.asked(moment)) {
                    compare(room, asked, gateway);
                }
            }
        }
        List<String> rows = rows();
        System.out.println(String.join("\n", rows));
        assertThat(unexplained).isEmpty();
        try (InputStream table =
                Objects.requireNonNull(MatrixIT.class.getResourceAsStream("matrix.txt"), "matrix.txt")) {
            assertThat(rows)
                    .isEqualTo(new String(table.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> line.startsWith(kind + " "))
                            .toList());
        }
    }

    private void compare(MatrixRoom room, Asked asked, MatrixGateway gateway) throws IOException {
        Told theirs = theirs(asked);
        Told ours = ours(room, asked, gateway);
        askedInAll++;
        if (theirs.compareTo(Told.NOTHING) > 0) {
            toldByThem++;
        }
        if (ours.compareTo(theirs) > 0) {
            unexplained.add("more: " + room.kind + " " + asked + ": " + ours);
        } else if (ours != theirs) {
            String why = why(room, asked, ours);
            if (why.isEmpty()) {
                unexplained.add("less: " + room.kind + " " + asked + ": " + ours + " of "
                        + room.room.event(asked.event()).type());
            }
            LESS.merge(why, 1, Integer::sum);
        }
        if (asked.asker().equals(CEDAR) && room.telling.containsValue(asked.event())) {
            String endpoint = asked.endpoint().replace(TIMESTAMP_TO_EVENT, "timestamp ");
            String row = String.format("%-14s %-9s %-18s", room.kind, asked.moment(), endpoint);
            String cell = ours == theirs ? "" + ours.letter : ours.letter + "(" + theirs.letter + ")";
            cells.merge(row + "|" + room.bornAt(asked.event()), cell, (one, other) -> one);
        } else if (!asked.asker().equals(CEDAR)) {
            assertThat(ours).as("never in the room: %s", asked).isEqualTo(Told.KEPT_OUT);
        }
    }

    private List<String> rows() {
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        cells.forEach((key, cell) -> rows.computeIfAbsent(key.substring(0, key.indexOf('|')), row -> new HashMap<>())
                .put(key.substring(key.indexOf('|') + 1), cell));
        List<String> lines = new ArrayList<>();
        rows.forEach((row, byMoment) -> {
            StringBuilder line = new StringBuilder(row);
            MatrixRoom.MOMENTS.forEach(
                    moment -> line.append(String.format(" %-9s", byMoment.getOrDefault(moment, ""))));
            lines.add(line.toString().stripTrailing());
        });
        return lines;
    }

    private static Told theirs(Asked asked) {
        if (asked.answer().isString()) {
            return switch (asked.answer().stringValue()) {
                case "full" -> Told.FULL;
                case "redacted" -> Told.REDACTED;
                case "absent", "404" -> Told.NOTHING;
                case "403" -> Told.KEPT_OUT;
                default -> throw new AssertionError("an answer of " + asked);
            };
        }
        return switch (asked.answer().path("status").intValue()) {
            case 200 -> Told.FULL;
            case 404 -> Told.NOTHING;
            case 403 -> Told.KEPT_OUT;
            default -> throw new AssertionError("a status of " + asked);
        };
    }

    private static Told ours(MatrixRoom room, Asked asked, MatrixGateway gateway) throws IOException {
        EventId event = asked.event();
        String asker = asked.asker();
        return switch (asked.endpoint()) {
            case "backfill" -> form(room, gateway.backfill(asker, event), "pdus", event);
            case "event" -> form(room, gateway.event(asker, event), "pdus", event);
            case "get_missing_events" -> missingEvent(room, asked, gateway);
            case "event_auth" -> list(room, asked, gateway.eventAuth(asker, event), "auth_chain");
            case "state" -> list(room, asked, gateway.state(asker, "state", event), "pdus", "auth_chain");
            case "state_ids" ->
                list(room, asked, gateway.state(asker, "state_ids", event), "pdu_ids", "auth_chain_ids");
            case TIMESTAMP_TO_EVENT + "f", TIMESTAMP_TO_EVENT + "b" -> nextTo(room, asked, gateway);
            default -> throw new AssertionError(asked.endpoint());
        };
    }

    /** The event next to the time of this one: theirs, or nothing of theirs; then it must be withheld. */
    private static Told nextTo(MatrixRoom room, Asked asked, MatrixGateway gateway) throws IOException {
        long ts = room.room.event(asked.event()).originServerTs();
        String dir = asked.endpoint().substring(TIMESTAMP_TO_EVENT.length());
        Answer answer = gateway.timestampToEvent(asked.asker(), ts, dir);
        if (answer.status() == 403) {
            return Told.KEPT_OUT;
        }
        JsonNode theirs = asked.answer().path("body");
        if (answer.body().equals(theirs)) {
            return Told.FULL;
        }
        EventId named = EventId.parse(theirs.path("event_id").stringValue());
        assertThat(form(room, gateway.backfill(asked.asker(), named), "pdus", named))
                .as("%s, told by them to %s", named, asked)
                .isEqualTo(Told.NOTHING);
        return Told.NOTHING;
    }

    /** As the recorder asked: from the event's first child, up to its parents and the child's other parents. */
    private static Told missingEvent(MatrixRoom room, Asked asked, MatrixGateway gateway) throws IOException {
        EventId event = asked.event();
        EventId child = room.held(asked.moment()).stream()
                .filter(id -> room.room.event(id).prevEvents().contains(event))
                .findFirst()
                .orElseThrow();
        Set<EventId> earliest = new HashSet<>(room.room.event(child).prevEvents());
        earliest.remove(event);
        earliest.addAll(room.room.event(event).prevEvents());
        return form(room, gateway.missingEvents(asked.asker(), child, earliest), "events", event);
    }

    private static Told form(MatrixRoom room, Answer answer, String list, EventId event) {
        if (answer.status() == 403) {
            return Told.KEPT_OUT;
        }
        if (answer.status() == 404) {
            return Told.NOTHING;
        }
        assertThat(answer.status()).isEqualTo(200);
        for (JsonNode pdu : answer.body().path(list)) {
            MatrixRoom.Form form = room.form(pdu);
            if (form.event().equals(event)) {
                return form.full() ? Told.FULL : Told.REDACTED;
            }
        }
        return Told.NOTHING;
    }

    /** The same events as theirs, none of them more fully. */
    private static Told list(MatrixRoom room, Asked asked, Answer answer, String... names) {
        if (answer.status() == 403) {
            return Told.KEPT_OUT;
        }
        if (answer.status() == 404) {
            return Told.NOTHING;
        }
        assertThat(answer.status()).isEqualTo(200);
        JsonNode theirs = asked.answer().path("body").isMissingNode()
                ? asked.answer()
                : asked.answer().path("body");
        List<String> redactedByThem = strings(asked.answer().path("redacted"));
        for (String name : names) {
            List<String> ours = new ArrayList<>();
            for (JsonNode event : answer.body().path(name)) {
                if (event.isString()) {
                    ours.add(event.stringValue());
                } else {
                    MatrixRoom.Form form = room.form(event);
                    ours.add(form.event().value());
                    assertThat(form.full())
                            .as("%s in %s", form.event(), asked)
                            .isEqualTo(!redactedByThem.contains(form.event().value()));
                }
            }
            assertThat(ours)
                    .as("%s of %s", name, asked)
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(strings(theirs.path(name)));
        }
        return Told.FULL;
    }

    private static List<String> strings(JsonNode list) {
        List<String> strings = new ArrayList<>();
        list.forEach(each -> strings.add(each.stringValue()));
        return strings;
    }

    /** The rule by which we tell less; empty if there is none. */
    private static String why(MatrixRoom room, Asked asked, Told ours) {
        Pdu event = room.room.event(asked.event());
        boolean restricted = !Set.of("world_readable", "shared", "absent").contains(room.kind);
        if (!restricted) {
            return "";
        }
        String stateKey = event.stateKey();
        if (room.kind.equals("nonsense")) {
            return ours == Told.NOTHING
                    ? "a visibility that no rule knows shows itself to who had joined alone, and is undecided for others"
                    : "";
        }
        if (ours != Told.REDACTED) {
            return "";
        }
        if (event.type().equals("m.room.member") && stateKey != null && stateKey.endsWith(":" + asked.asker())) {
            return "a membership is asked for before and after the event";
        }
        return "";
    }
}
