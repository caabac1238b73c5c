package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.id.EventId;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.SignedRoom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** Which redactions count, by room version: whole rooms of signed events through a sweep. */
class RedactionRuleTest {
    private static final String EVA = "@eva:e.example";
    private static final String ERIC = "@eric:e.example";
    private static final String BOB = "@bob:b.example";

    private final MemoryEventStore store = new MemoryEventStore();

    private Redacted outcome(SignedRoom room, EventId target) {
        new RoomWriter(store).write(room.id(), room.version(), room.events()).block();
        new VisibilitySweep(store).sweep(room.id()).block();
        new RedactionSweep(store).sweep(room.id()).block();
        StoredRoom stored = StoredRoom.read(store, room.id()).assertSound(store, room.id());
        return stored.side(target).redacted();
    }

    private static SignedRoom room(RoomVersion version) {
        SignedRoom room = new SignedRoom(version, "v" + version.identifier());
        room.join(EVA);
        room.join(ERIC);
        room.join(BOB);
        return room;
    }

    private static void levels(SignedRoom room, String content) {
        room.state(SignedRoom.ADA, "m.room.power_levels", "", content);
    }

    @ParameterizedTest
    @EnumSource
    void countsAmongUsersOfOneServer(RoomVersion version) {
        SignedRoom room = room(version);
        Pdu own = room.say(EVA, "own");
        room.redact(EVA, own.id());
        Pdu neighbours = room.say(EVA, "neighbours");
        room.redact(ERIC, neighbours.id());
        assertThat(outcome(room, own.id())).isEqualTo(Redacted.FOR_GOOD);
        assertThat(outcome(room, neighbours.id())).isEqualTo(Redacted.FOR_GOOD);
    }

    @ParameterizedTest
    @EnumSource
    void doesNotCountFromAnotherServerWithoutThePower(RoomVersion version) {
        SignedRoom room = room(version);
        levels(room, "{\"users_default\":49,\"users\":{\"" + ERIC + "\":50}}");
        Pdu message = room.say(EVA, "hers");
        room.redact(BOB, message.id());
        assertThat(outcome(room, message.id())).isEqualTo(Redacted.NO);
    }

    @ParameterizedTest
    @EnumSource
    void countsWithThePower(RoomVersion version) {
        SignedRoom room = room(version);
        levels(room, "{\"users\":{\"" + BOB + "\":70},\"redact\":70}");
        Pdu message = room.say(EVA, "hers");
        room.redact(BOB, message.id());
        assertThat(outcome(room, message.id())).isEqualTo(Redacted.FOR_GOOD);
    }

    @ParameterizedTest
    @EnumSource
    void asksForThePowerAtTheRedactionNotNow(RoomVersion version) {
        SignedRoom room = room(version);
        levels(room, "{\"users\":{\"" + BOB + "\":50}}");
        Pdu first = room.say(EVA, "first");
        room.redact(BOB, first.id());
        levels(room, "{}");
        Pdu second = room.say(EVA, "second");
        room.redact(BOB, second.id());
        levels(room, "{\"users\":{\"" + BOB + "\":50}}");
        assertThat(outcome(room, first.id())).isEqualTo(Redacted.FOR_GOOD);
        assertThat(outcome(room, second.id())).isEqualTo(Redacted.NO);
    }

    @ParameterizedTest
    @EnumSource
    void takesTheCreatorForTheOneWithPowerWhereNoLevelsWereSet(RoomVersion version) {
        SignedRoom room = room(version);
        Pdu one = room.say(EVA, "one");
        room.redact(SignedRoom.ADA, one.id());
        Pdu other = room.say(EVA, "other");
        room.redact(BOB, other.id());
        assertThat(outcome(room, one.id())).isEqualTo(Redacted.FOR_GOOD);
        assertThat(outcome(room, other.id())).isEqualTo(Redacted.NO);
    }

    @ParameterizedTest
    @EnumSource
    void givesCreatorsUnlimitedPowerFromVersion12(RoomVersion version) {
        SignedRoom room = room(version);
        levels(room, "{\"users\":{\"" + BOB + "\":100},\"redact\":200}");
        Pdu message = room.say(EVA, "hers");
        room.redact(SignedRoom.ADA, message.id());
        assertThat(outcome(room, message.id()))
                .isEqualTo(version.atLeast(RoomVersion.V12) ? Redacted.FOR_GOOD : Redacted.NO);
    }

    @ParameterizedTest
    @EnumSource
    void neverTouchesTheCreateEvent(RoomVersion version) {
        SignedRoom room = room(version);
        EventId create = room.pdus().get(0).id();
        room.redact(SignedRoom.ADA, create);
        assertThat(outcome(room, create)).isEqualTo(Redacted.NO);
        assertThat(StoredRoom.read(store, room.id()).side(room.last().id()).undecided())
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void leavesTheMarkWhereTheTargetStandsWhereAnotherVersionWantsIt(RoomVersion version) {
        SignedRoom room = room(version);
        Pdu message = room.say(EVA, "hers");
        boolean inside = !version.atLeast(RoomVersion.V11);
        ObjectNode event =
                room.draft(EVA, "m.room.redaction", inside ? "{\"redacts\":\"" + message.id() + "\"}" : "{}");
        if (!inside) {
            event.put("redacts", message.id().value());
        }
        room.add(event);
        assertThat(outcome(room, message.id())).isEqualTo(Redacted.ASKED);
    }

    static Stream<Arguments> oddLevels() {
        return Stream.of(
                Arguments.of("\"50\"", Redacted.FOR_GOOD, Redacted.ASKED),
                Arguments.of("\" +50 \"", Redacted.FOR_GOOD, Redacted.ASKED),
                Arguments.of("\"49\"", Redacted.NO, Redacted.ASKED),
                Arguments.of("\"fifty\"", Redacted.ASKED, Redacted.ASKED),
                Arguments.of("\"5_0\"", Redacted.ASKED, Redacted.ASKED),
                Arguments.of("[50]", Redacted.ASKED, Redacted.ASKED),
                Arguments.of("null", Redacted.ASKED, Redacted.ASKED));
    }

    @ParameterizedTest
    @MethodSource("oddLevels")
    void readsLevelsAsTheVersionDoes(String level, Redacted upTo9, Redacted from10) {
        for (RoomVersion version : RoomVersion.values()) {
            SignedRoom room = room(version);
            levels(room, "{\"users\":{\"" + BOB + "\":" + level + "}}");
            Pdu message = room.say(EVA, "hers");
            room.redact(BOB, message.id());
            assertThat(outcome(room, message.id()))
                    .as("version %s", version.identifier())
                    .isEqualTo(version.atLeast(RoomVersion.V10) ? from10 : upTo9);
        }
    }

    @ParameterizedTest
    @CsvSource({"V1, e.example, b.example", "V2, e.example, b.example", "V1, b.example, e.example"})
    void comparesTheServersOfTheIdsInTheOldVersions(RoomVersion version, String ofTarget, String ofRedaction) {
        SignedRoom room = room(version);
        ObjectNode draft = room.draft(EVA, "m.room.message", "{}").put("event_id", "$target:" + ofTarget);
        Pdu message = room.add(draft);
        room.add(room.redaction(EVA, message.id()).put("event_id", "$redaction:" + ofRedaction));
        Pdu other = room.add(room.draft(EVA, "m.room.message", "{}").put("event_id", "$other:b.example"));
        room.add(room.redaction(BOB, other.id()));
        assertThat(outcome(room, message.id())).isEqualTo(Redacted.NO);
        assertThat(outcome(room, other.id())).isEqualTo(Redacted.FOR_GOOD);
    }

    private Redacted afterBranches(Consumer<SignedRoom> onOneBranch, @Nullable String anew) {
        SignedRoom room = room(RoomVersion.V10);
        levels(room, "{\"users\":{\"" + SignedRoom.ADA + "\":100}}");
        Pdu fork = room.say(EVA, "fork");
        onOneBranch.accept(room);
        Pdu one = room.last();
        ObjectNode draft = room.draft(EVA, "m.room.message", "{}").put("depth", fork.depth() + 1);
        draft.withArray("prev_events").removeAll();
        room.edge(draft.withArray("prev_events"), fork.id());
        room.add(draft);
        ObjectNode merge = room.draft(EVA, "m.room.message", "{}");
        room.edge(merge.withArray("prev_events"), one.id());
        room.add(merge);
        if (anew != null) {
            levels(room, anew);
        }
        Pdu message = room.say(EVA, "hers");
        room.redact(BOB, message.id());
        return outcome(room, message.id());
    }

    @Test
    void leavesTheMarkWhereBranchesDisagreeAboutTheLevels() {
        String bob = "{\"users\":{\"" + BOB + "\":60}}";
        assertThat(afterBranches(room -> levels(room, bob), null)).isEqualTo(Redacted.ASKED);
        assertThat(afterBranches(room -> levels(room, bob), "{}")).isEqualTo(Redacted.NO);
        assertThat(afterBranches(room -> room.say(EVA, "nothing"), null)).isEqualTo(Redacted.NO);
    }

    @Test
    void leavesTheMarkWhereTheStateIsNotKnown() {
        SignedRoom room = room(RoomVersion.V10);
        Pdu message = room.say(EVA, "hers");
        room.redact(BOB, message.id());
        Pdu own = room.say(EVA, "own");
        room.redact(ERIC, own.id());
        new RoomWriter(store)
                .write(room.id(), room.version(), room.events().subList(3, 8))
                .block();
        new RedactionSweep(store).sweep(room.id()).block();
        StoredRoom stored = StoredRoom.read(store, room.id());
        assertThat(stored.side(message.id()).redacted()).isEqualTo(Redacted.ASKED);
        assertThat(stored.side(own.id()).redacted())
                .as("of the same server, whoever has the power")
                .isEqualTo(Redacted.FOR_GOOD);
    }

    @Test
    void marksAcrossRoomsNothing() {
        SignedRoom room = room(RoomVersion.V10);
        SignedRoom other = new SignedRoom(RoomVersion.V10, "other");
        Pdu there = other.say(SignedRoom.ADA, "there");
        room.redact(SignedRoom.ADA, there.id());
        outcome(other, there.id());
        assertThat(outcome(room, room.last().id())).isEqualTo(Redacted.NO);
        assertThat(outcome(other, there.id())).isEqualTo(Redacted.NO);
    }

    @Test
    void waitsWithARedactionThatIsRedactedBeforeItIsDecided() {
        SignedRoom room = room(RoomVersion.V10);
        levels(room, "{}");
        EventId missing = EventId.parse("$missing");
        Pdu redaction = room.redact(BOB, missing);
        room.redact(BOB, redaction.id());
        assertThat(outcome(room, redaction.id()))
                .as("it alone says what it asks for")
                .isEqualTo(Redacted.ASKED);
    }
}
