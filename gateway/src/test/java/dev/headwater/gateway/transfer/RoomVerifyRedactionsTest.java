package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.history.Place;
import dev.headwater.history.Redacted;
import dev.headwater.history.Side;
import dev.headwater.id.EventId;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.SignedRoom;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code verify} says of marks and redactions. */
class RoomVerifyRedactionsTest {
    private static final String EVA = "@eva:e.example";

    private final StoredDump stored = new StoredDump();

    @TempDir
    private Path directory;

    @Test
    void findsMarksThatNothingAsksFor() {
        stored.load(Dumps.file(directory, Dumps.lines()));
        stored.assertFound(" is marked; nothing asks for that", side -> side.withRedacted(Redacted.ASKED));
        stored.assertFound(
                " is redacted for good; its full body is stored", side -> side.withRedacted(Redacted.FOR_GOOD));
    }

    @Test
    void findsARedactionThatWasNotDecidedAsTheRoomSays() {
        SignedRoom signed = new SignedRoom(RoomVersion.V10);
        signed.join(EVA);
        Pdu hers = signed.say(EVA, "hers");
        Pdu right = signed.redact(EVA, hers.id());
        Pdu adas = signed.say(SignedRoom.ADA, "adas");
        Pdu wrong = signed.redact(EVA, adas.id());
        Pdu unproven = signed.redact(EVA, EventId.parse("$missing"));
        Path file = Dumps.file(directory, signed.lines());
        Dumps.load(stored.store, file, signed.keys(), null, false);
        VerifyReport good = Dumps.verify(stored.store, signed.id());
        assertThat(good.examples()).isEmpty();
        assertThat(good.redactedForGood()).isEqualTo(1);

        plant(signed, hers, Redacted.ASKED, false, right.id() + " is valid, though " + hers.id());
        plant(signed, hers, Redacted.FOR_GOOD, false, "");
        plant(signed, right, Redacted.NO, true, right.id() + " is undecided, though " + hers.id());
        plant(signed, right, Redacted.NO, true, hers.id() + " has a mark of 0 undecided redactions; expected 1");
        plant(signed, right, Redacted.NO, false, "");
        plant(signed, wrong, Redacted.NO, true, wrong.id() + " is undecided, though " + adas.id() + " is not marked");
        plant(signed, adas, Redacted.ASKED, false, wrong.id() + " is undecided; expected that it is not valid");
        plant(signed, wrong, Redacted.NO, false, adas.id() + " is marked; nothing asks for that");
        plant(signed, adas, Redacted.NO, false, "");
        plant(signed, unproven, Redacted.NO, false, unproven.id() + " is decided, though $missing is not stored");
        plant(signed, unproven, Redacted.NO, false, "there are 1 marks; expected 0");
        plant(signed, unproven, Redacted.NO, true, "");
        plant(signed, adas, Redacted.NO, true, adas.id() + " is undecided, though it asks for nothing");
    }

    @Test
    void findsAnEventOfARedactedSenderThatIsNotMarked() {
        SignedRoom signed = new SignedRoom(RoomVersion.V10);
        signed.join(EVA);
        Pdu spam = signed.say(EVA, "spam");
        signed.state(SignedRoom.ADA, "m.room.member", EVA, "{\"membership\":\"ban\",\"redact_events\":true}");
        Dumps.load(stored.store, Dumps.file(directory, signed.lines()), signed.keys(), null, false);
        assertThat(Dumps.verify(stored.store, signed.id()).examples()).isEmpty();
        plant(signed, spam, Redacted.NO, false, spam.id() + " is not marked; all events of " + EVA + " are redacted");
    }

    /** Has an event say something else of redactions; {@code expected} is how a line begins, or nothing is found. */
    private void plant(SignedRoom signed, Pdu pdu, Redacted redacted, boolean undecided, String expected) {
        Place place = Objects.requireNonNull(
                        stored.store.locate(signed.id(), List.of(pdu.id())).block())
                .places()
                .get(pdu.id());
        stored.change(
                signed.id(),
                Objects.requireNonNull(place),
                side -> new Side(
                        side.id(),
                        side.correctedDepth(),
                        side.originServerTs(),
                        side.kind(),
                        side.visibility(),
                        side.state(),
                        side.silent(),
                        redacted,
                        undecided,
                        side.parents(),
                        side.bodyOffset(),
                        side.bodyLength()));
        List<String> found = Dumps.verify(stored.store, signed.id()).examples();
        if (expected.isEmpty()) {
            assertThat(found).isEmpty();
        } else {
            assertThat(found).anyMatch(line -> line.startsWith(expected));
        }
    }
}
