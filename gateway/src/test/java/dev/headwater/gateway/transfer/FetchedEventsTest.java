package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PinnedKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FetchedEventsTest {
    private static final Ed25519 SCHEME = SignatureProvider.fastest();

    /** Ten events of one line, newest first. */
    private final List<byte[]> answer = newestFirst(Dumps.lines().subList(1, 11));

    private final Pdu newest = PduReader.fromUntrusted(RoomVersion.V12, answer.get(0));

    @Test
    void takesAnAnswerThatIsRightAndFindsOutItsVersion() {
        FetchedEvents events = check(answer, Dumps.keys());

        assertThat(events.faults()).isEmpty();
        assertThat(events.good()).hasSize(10);
        assertThat(events.redacted()).isZero();
        assertThat(events.version()).isEqualTo(RoomVersion.V12);
    }

    @Test
    void refusesWhatNobodyAskedFor() {
        List<byte[]> holed = new ArrayList<>(answer);
        holed.remove(4);
        List<byte[]> twice = new ArrayList<>(answer);
        twice.add(answer.get(3));

        assertThat(check(holed, null).faults())
                .singleElement()
                .asString()
                .startsWith("pdus[4]: $")
                .contains("stands there");
        assertThat(check(twice, null).faults()).singleElement().asString().startsWith("pdus[10]: $");
    }

    @Test
    void takesARedactedCopyButNoOtherChange() {
        Pdu message = PduReader.fromUntrusted(RoomVersion.V12, answer.get(3));
        List<byte[]> redacted = new ArrayList<>(answer);
        redacted.set(3, CanonicalJson.encode(Redaction.redact(message.json(), RoomVersion.V12)));
        List<byte[]> changed = new ArrayList<>(answer);
        changed.set(
                3,
                text(answer.get(3))
                        .replaceFirst("\"content\":\\{", "\"content\":{\"a\":1,")
                        .getBytes(StandardCharsets.UTF_8));

        assertThat(check(redacted, Dumps.keys()).faults()).isEmpty();
        assertThat(check(redacted, Dumps.keys()).redacted()).isEqualTo(1);
        assertThat(check(changed, null).faults())
                .singleElement()
                .asString()
                .contains(" has another content than its hash; expected that, or the redacted copy");
    }

    @Test
    void refusesAnotherRoomAndSignaturesThatCannotBeChecked() {
        assertThat(FetchedEvents.of(
                                answer,
                                RoomId.parse("!other:a.example"),
                                List.of(newest.id()),
                                RoomVersion.V12,
                                null,
                                SCHEME)
                        .faults())
                .hasSize(10)
                .allMatch(fault -> fault.contains("; expected !other:a.example"));
        assertThat(check(answer, PinnedKeys.none()).faults()).hasSize(10);
    }

    private FetchedEvents check(List<byte[]> events, @Nullable PinnedKeys keys) {
        List<EventId> asked = List.of(newest.id());
        return FetchedEvents.of(events, Dumps.ROOM, asked, keys == null ? RoomVersion.V12 : null, keys, SCHEME);
    }

    private static List<byte[]> newestFirst(List<String> lines) {
        List<byte[]> events = new ArrayList<>();
        lines.forEach(line -> events.add(line.getBytes(StandardCharsets.UTF_8)));
        Collections.reverse(events);
        return events;
    }

    private static String text(byte[] event) {
        return new String(event, StandardCharsets.UTF_8);
    }
}
