package dev.headwater.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.headwater.event.BadEventException.Reason;
import dev.headwater.id.EventId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.room.RoomVersion;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class PduReaderTest {
    @ParameterizedTest
    @EnumSource
    void readsAMessageOfEveryVersion(RoomVersion version) {
        Pdu pdu = read(version, Events.message(version));
        assertThat(pdu.version()).isEqualTo(version);
        assertThat(pdu.sender()).hasToString("@u:a.example");
        assertThat(pdu.type()).isEqualTo("m.room.message");
        assertThat(pdu.stateKey()).isNull();
        assertThat(pdu.depth()).isEqualTo(7);
        assertThat(pdu.originServerTs()).isEqualTo(1000);
        assertThat(pdu.redacts()).isNull();
        assertThat(pdu.prevEvents()).hasSize(1);
        assertThat(pdu.authEvents()).hasSize(1);
        assertThat(pdu).hasToString("m.room.message " + pdu.id() + " in " + pdu.room());
    }

    @ParameterizedTest
    @CsvSource({
        "V1, [$]e:a[.]example",
        "V2, [$]e:a[.]example",
        "V3, [$][A-Za-z0-9+/]{43}",
        "V4, [$][A-Za-z0-9_-]{43}",
        "V12, [$][A-Za-z0-9_-]{43}"
    })
    void namesEventsAsTheirVersionDoes(RoomVersion version, String shape) {
        assertThat(read(version, Events.message(version)).id().value()).matches(shape);
    }

    @ParameterizedTest
    @EnumSource
    void refusesTheEdgesOfOtherVersions(RoomVersion version) {
        boolean pairs = !version.atLeast(RoomVersion.V3);
        String other = pairs ? "[\"$p\"]" : "[[\"$p:a.example\",{\"sha256\":\"x\"}]]";
        for (String edges : new String[] {other, "{}", "\"$p\"", "[5]", "[[]]", "[[\"$p:a\"]]", "[[5,{}]]", "[null]"}) {
            for (String name : new String[] {"prev_events", "auth_events"}) {
                assertThat(fault(
                                version,
                                event -> event.set(name, StrictJson.parse(edges.getBytes(StandardCharsets.UTF_8)))))
                        .as(edges)
                        .isEqualTo(Reason.SHAPE);
            }
        }
    }

    @Test
    void takesEveryParentOnceAndLeavesOutWhatIsNoEventId() {
        String event =
                text(RoomVersion.V10).replace("[\"$p\"]", "[\"$b\",\"$a\",\"$b\",\"nonsense\",\"\",\"$\\u0000\"]");
        Pdu pdu = PduReader.fromUntrusted(RoomVersion.V10, event.getBytes(StandardCharsets.UTF_8));
        assertThat(pdu.prevEvents()).containsExactly(EventId.parse("$b"), EventId.parse("$a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sender", "type", "room_id", "content", "prev_events", "auth_events"})
    void asksForEveryMember(String name) {
        assertThat(fault(RoomVersion.V10, event -> event.remove(name))).isEqualTo(Reason.SHAPE);
        assertThat(fault(RoomVersion.V10, event -> event.put(name, 5))).isEqualTo(Reason.SHAPE);
        assertThat(fault(RoomVersion.V10, event -> event.putNull(name))).isEqualTo(Reason.SHAPE);
    }

    @Test
    void asksForAStateKeyThatIsTextIfThereIsOne() {
        assertThat(fault(RoomVersion.V10, event -> event.putNull("state_key"))).isEqualTo(Reason.SHAPE);
        assertThat(fault(RoomVersion.V10, event -> event.put("state_key", 1))).isEqualTo(Reason.SHAPE);
        assertThat(read(RoomVersion.V10, Events.message(RoomVersion.V10).put("state_key", ""))
                        .stateKey())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"9007199254740992", "-1", "\"5\"", "5.0", "true", "null", "1e2", "-0"})
    void refusesEveryDepthThatIsNoIntegerInRange(String depth) {
        assertThat(fault(RoomVersion.V1, text(RoomVersion.V1).replace("\"depth\":7", "\"depth\":" + depth)))
                .isEqualTo(Reason.DEPTH);
        assertThat(fault(RoomVersion.V11, text(RoomVersion.V11).replace("\"depth\":7", "\"depth\":" + depth)))
                .isIn(Reason.DEPTH, Reason.NUMBER);
    }

    @ParameterizedTest
    @EnumSource
    void handsOutWhatIsTooDeepToBeWalkedThroughWhereServersOnceTookIt(RoomVersion version) {
        for (String depth : new String[] {"9007199254740992", "9223372036854775807"}) {
            BadEventException e = thrown(version, text(version).replace("\"depth\":7", "\"depth\":" + depth));
            assertThat(e.walkable().isPresent()).isEqualTo(!version.atLeast(RoomVersion.V6));
            e.walkable().ifPresent(pdu -> {
                assertThat(pdu.silent()).isTrue();
                assertThat(pdu.depth()).isEqualTo(9007199254740991L);
                assertThat(pdu.prevEvents()).hasSize(1);
                assertThat(EventGate.admit(pdu, new Verified.AllGood()).silent())
                        .isTrue();
            });
        }
        for (String depth : new String[] {"-9007199254740992", "-1", "1e20", "1.0", "-0", "\"5\""}) {
            assertThat(thrown(version, text(version).replace("\"depth\":7", "\"depth\":" + depth))
                            .walkable())
                    .isEmpty();
        }
    }

    @Test
    void takesDepthsUpToTheLargestInteger() {
        assertThat(read(RoomVersion.V10, Events.message(RoomVersion.V10).put("depth", (1L << 53) - 1))
                        .depth())
                .isEqualTo(9007199254740991L);
        assertThat(read(RoomVersion.V10, Events.message(RoomVersion.V10).put("depth", 0))
                        .depth())
                .isZero();
        assertThat(fault(RoomVersion.V10, event -> event.remove("depth"))).isEqualTo(Reason.DEPTH);
    }

    @ParameterizedTest
    @EnumSource
    void takesOddNumbersUpToVersion5Only(RoomVersion version) {
        for (String number : new String[] {"1e+20", "1.1", "1.0", "1180591620717411303424", "-0", "9007199254740992"}) {
            String event = text(version).replace("\"body\":", "\"n\":[{\"x\":" + number + "}],\"body\":");
            if (version.atLeast(RoomVersion.V6)) {
                assertThat(fault(version, event)).isEqualTo(Reason.NUMBER);
            } else {
                Pdu pdu = PduReader.fromUntrusted(version, event.getBytes(StandardCharsets.UTF_8));
                assertThat(new String(pdu.bytes(), StandardCharsets.UTF_8)).contains("{\"x\":" + number + "}");
            }
        }
    }

    @Test
    void doesNotJudgeByWhatStandsInUnsigned() {
        String event = text(RoomVersion.V10)
                .replaceFirst("\\{", "{\"unsigned\":{\"age\":1.5,\"pad\":\"" + "x".repeat(100_000) + "\"},");
        Pdu pdu = PduReader.fromUntrusted(RoomVersion.V10, event.getBytes(StandardCharsets.UTF_8));
        assertThat(pdu.id())
                .isEqualTo(
                        read(RoomVersion.V10, Events.message(RoomVersion.V10)).id());
        assertThat(pdu.json().has("unsigned")).isFalse();
        assertThat(new String(pdu.bytes(), StandardCharsets.UTF_8)).isEqualTo(text(RoomVersion.V10));
    }

    @ParameterizedTest
    @EnumSource
    void takes65536BytesAndNoMore(RoomVersion version) {
        assertThat(read(version, padded(version, 65_536)).bytes()).hasSize(65_536);
        assertThat(fault(version, new String(CanonicalJson.encode(padded(version, 65_537)), StandardCharsets.UTF_8)))
                .isEqualTo(Reason.SIZE);
    }

    @Test
    void measuresTheCanonicalFormAndKeepsNoMoreThanThat() {
        String event = new String(CanonicalJson.encode(padded(RoomVersion.V10, 65_000)), StandardCharsets.UTF_8);
        Pdu blanks = PduReader.fromUntrusted(
                RoomVersion.V10, event.replace(",", ", " + " ".repeat(10_000)).getBytes(StandardCharsets.UTF_8));
        Pdu escapes = PduReader.fromUntrusted(
                RoomVersion.V10, event.replace("x", "\\u0078").getBytes(StandardCharsets.UTF_8));
        assertThat(blanks.bytes()).hasSize(65_000);
        assertThat(escapes.bytes()).hasSize(65_000);
        assertThat(escapes.id()).isEqualTo(blanks.id());
    }

    @Test
    void keepsTheReceivedOrderUpToTheLastByteAndSizesTheCanonicalFormToo() {
        String event = new String(CanonicalJson.encode(padded(RoomVersion.V10, 65_536)), StandardCharsets.UTF_8);
        String reordered =
                "{\"type\":\"m.room.message\"," + event.substring(1).replace(",\"type\":\"m.room.message\"", "");
        assertThat(PduReader.fromUntrusted(RoomVersion.V10, reordered.getBytes(StandardCharsets.UTF_8))
                        .bytes())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(reordered);
        String escaped = event.replaceFirst("xx", "x\\\\u0078");
        assertThat(PduReader.fromUntrusted(RoomVersion.V10, escaped.getBytes(StandardCharsets.UTF_8))
                        .bytes())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(event);
    }

    @ParameterizedTest
    @EnumSource
    void measuresFieldsInCodePointsAndFromVersion11InBytes(RoomVersion version) {
        boolean bytes = version.atLeast(RoomVersion.V11);
        assertThat(read(version, Events.message(version).put("type", "x".repeat(255)))
                        .type())
                .hasSize(255);
        assertThat(fault(version, event -> event.put("type", "x".repeat(256)))).isEqualTo(Reason.SIZE);
        assertThat(fault(version, event -> event.put("state_key", "é".repeat(256))))
                .isEqualTo(Reason.SIZE);
        assertThat(fault(version, event -> event.put("sender", "@" + "x".repeat(246) + ":b.example")))
                .isEqualTo(Reason.SIZE);
        String astral = "\uD83D\uDE00".repeat(255);
        if (bytes) {
            assertThat(fault(version, event -> event.put("type", astral))).isEqualTo(Reason.SIZE);
        } else {
            assertThat(read(version, Events.message(version).put("type", astral))
                            .type())
                    .isEqualTo(astral);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sender, u:a.example",
        "sender, @u",
        "sender, @u:a b",
        "sender, '@u\u0000:a.example'",
        "room_id, r:a.example",
        "room_id, !r",
        "room_id, '!r\u0000:a.example'",
        "sender, ''",
        "room_id, ''"
    })
    void refusesIdentifiersThatAreNone(String name, String value) {
        assertThat(fault(RoomVersion.V10, event -> event.put(name, value))).isEqualTo(Reason.IDENTIFIER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "null", "{\"type\":\"a\",\"type\":\"b\"}", "{\"a\":\"\\ud800\"}", "{} {}"})
    void refusesWhatIsNoStrictJsonObject(String bytes) {
        assertThat(fault(RoomVersion.V10, bytes)).isEqualTo(Reason.JSON);
    }

    @Test
    void asksForAContentHash() {
        assertThat(fault(RoomVersion.V10, event -> event.remove("hashes"))).isEqualTo(Reason.HASHES);
        assertThat(fault(RoomVersion.V10, event -> event.putObject("hashes").put("md5", "x")))
                .isEqualTo(Reason.HASHES);
        assertThat(fault(RoomVersion.V10, event -> event.putObject("hashes").put("sha256", 5)))
                .isEqualTo(Reason.HASHES);
        assertThat(fault(RoomVersion.V10, event -> event.putObject("hashes").put("sha256", "*")))
                .isEqualTo(Reason.HASHES);
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void refusesAnEventThatNamesItself(RoomVersion version) {
        assertThat(fault(version, text(version).replace("$p:a.example", "$e:a.example")))
                .isEqualTo(Reason.SELF_REFERENCE);
        assertThat(fault(version, text(version).replace("$q:a.example", "$e:a.example")))
                .isEqualTo(Reason.SELF_REFERENCE);
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void asksForAnEventIdWithADomainInTheOldVersions(RoomVersion version) {
        assertThat(fault(version, event -> event.remove("event_id"))).isEqualTo(Reason.SHAPE);
        assertThat(fault(version, event -> event.put("event_id", "e:a.example")))
                .isEqualTo(Reason.IDENTIFIER);
        assertThat(fault(version, event -> event.put("event_id", "$e"))).isEqualTo(Reason.IDENTIFIER);
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"V1", "V2"})
    void takesAnEventIdBesideTheHashOnlyIfItIsTheSame(RoomVersion version) {
        EventId id = read(version, Events.message(version)).id();
        Pdu stated = read(version, Events.message(version).put("event_id", id.value()));
        assertThat(stated.id()).isEqualTo(id);
        assertThat(new String(stated.bytes(), StandardCharsets.UTF_8)).isEqualTo(text(version));
        assertThat(fault(version, event -> event.put("event_id", "$other"))).isEqualTo(Reason.EVENT_ID);
        assertThat(fault(version, event -> event.put("event_id", 5))).isEqualTo(Reason.EVENT_ID);
    }

    @Test
    void namesARoomOfVersion12AfterItsCreateEvent() {
        Pdu create = read(RoomVersion.V12, Events.create(RoomVersion.V12));
        assertThat(create.room().value()).isEqualTo("!" + create.id().value().substring(1));
        assertThat(fault(
                        RoomVersion.V12,
                        new String(
                                CanonicalJson.encode(Events.create(RoomVersion.V12)
                                        .put("room_id", create.room().value())),
                                StandardCharsets.UTF_8)))
                .isEqualTo(Reason.SHAPE);
        assertThat(fault(RoomVersion.V12, event -> event.put("room_id", "!r:a.example")))
                .isEqualTo(Reason.IDENTIFIER);
        assertThat(fault(RoomVersion.V12, event -> event.remove("room_id"))).isEqualTo(Reason.SHAPE);
        assertThat(fault(RoomVersion.V12, event -> {
                    event.put("room_id", create.room().value());
                    event.putArray("auth_events").add(create.id().value());
                }))
                .isEqualTo(Reason.CREATE_IN_AUTH);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "V12")
    void asksForTheRoomOfACreateEventInEarlierVersions(RoomVersion version) {
        assertThat(read(version, Events.create(version)).room().value()).isEqualTo("!r:a.example");
        ObjectNode without = Events.create(version);
        without.remove("room_id");
        assertThat(fault(version, new String(CanonicalJson.encode(without), StandardCharsets.UTF_8)))
                .isEqualTo(Reason.SHAPE);
    }

    @Test
    void needsATimeWhereKeysAreJudgedByIt() {
        assertThat(fault(RoomVersion.V5, event -> event.put("origin_server_ts", "x")))
                .isEqualTo(Reason.SHAPE);
        assertThat(read(RoomVersion.V4, Events.message(RoomVersion.V4).put("origin_server_ts", "x"))
                        .originServerTs())
                .isZero();
    }

    @Test
    void saysTheOffendingValueAndWhatWasExpected() {
        BadEventException e = thrown(RoomVersion.V10, text(RoomVersion.V10).replace("\"depth\":7", "\"depth\":-3"));
        assertThat(e).hasMessageContaining("-3").hasMessageContaining("2^53-1");
        assertThat(thrown(RoomVersion.V1, text(RoomVersion.V1).replace("[[\"$p", "[5,[\"$pppppppp")))
                .hasMessageContaining("an array of [id, {hashes}]")
                .hasMessageEndingWith("…");
        assertThat(thrown(RoomVersion.V3, text(RoomVersion.V3).replace("[\"$p\"]", "[5]")))
                .hasMessageContaining("an array of event IDs")
                .hasMessageEndingWith("found [5]");
        assertThat(thrown(RoomVersion.V3, text(RoomVersion.V3).replace("[\"$p\"]", "\"" + "p".repeat(78) + "\"")))
                .hasMessageEndingWith("found \"" + "p".repeat(78) + "\"");
        assertThat(thrown(RoomVersion.V10, text(RoomVersion.V10).replace("m.room.message", "x".repeat(256))))
                .hasMessageContaining("255 code points in type, found 256");
        assertThat(thrown(RoomVersion.V11, text(RoomVersion.V11).replace("m.room.message", "é".repeat(128))))
                .hasMessageContaining("255 bytes in type, found 256");
        assertThat(thrown(
                        RoomVersion.V10,
                        text(RoomVersion.V10)
                                .replace("\"type\":\"m", "\"type\":[\"" + "y".repeat(500) + "\"],\"x\":\"m")))
                .hasMessageContaining("type")
                .hasMessageContaining("a string")
                .message()
                .hasSizeLessThan(300);
    }

    private static ObjectNode padded(RoomVersion version, int size) {
        ObjectNode event = Events.message(version);
        int rest = size - CanonicalJson.encode(event.put("pad", "")).length;
        return event.put("pad", "x".repeat(rest));
    }

    private static String text(RoomVersion version) {
        return new String(CanonicalJson.encode(Events.message(version)), StandardCharsets.UTF_8);
    }

    private static Pdu read(RoomVersion version, ObjectNode event) {
        return PduReader.fromUntrusted(version, CanonicalJson.encode(event));
    }

    private static Reason fault(RoomVersion version, Consumer<ObjectNode> change) {
        ObjectNode event = Events.message(version);
        change.accept(event);
        return fault(version, new String(CanonicalJson.encode(event), StandardCharsets.UTF_8));
    }

    private static Reason fault(RoomVersion version, String event) {
        return thrown(version, event).reason();
    }

    private static BadEventException thrown(RoomVersion version, String event) {
        BadEventException e = catchThrowableOfType(
                BadEventException.class,
                () -> PduReader.fromUntrusted(version, event.getBytes(StandardCharsets.UTF_8)));
        assertThat(e).as(event.length() > 1000 ? "event" : event).isNotNull();
        return e;
    }
}
