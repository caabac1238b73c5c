package dev.headwater.sign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Events;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.event.Verified;
import dev.headwater.event.Verified.Reason;
import dev.headwater.json.CanonicalJson;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

class PduSignaturesTest {
    private static final EventSigner A = EventSigner.of("a.example");
    private static final EventSigner B = EventSigner.of("b.example");
    private static final EventSigner STRANGER = EventSigner.of("stranger.example");
    private static final VerifyKeys KEYS = PinnedKeys.parse(Map.of(
            "a.example", Map.of("ed25519:1", A.key().verifyKey().base64()),
            "b.example", Map.of("ed25519:1", B.key().verifyKey().base64())));

    private final Ed25519 scheme = Ed25519.jdk();

    @ParameterizedTest
    @EnumSource
    void acceptsWhatTheSendersServerSigned(RoomVersion version) {
        assertThat(check(A.pdu(Events.message(version), version))).isEqualTo(new Verified.AllGood());
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhatAnotherServerSignedAlone(RoomVersion version) {
        assertThat(reason(B.pdu(Events.message(version), version))).isEqualTo(Reason.NOT_SIGNED);
    }

    @Test
    void refusesWhatNobodySigned() {
        Pdu pdu = read(RoomVersion.V10, Events.message(RoomVersion.V10));
        assertThat(reason(pdu)).isEqualTo(Reason.NOT_SIGNED);
        assertThat(check(pdu))
                .asString()
                .contains("a.example")
                .contains(pdu.id().value());
    }

    @Test
    void tellsAKeyThatIsNotKnownFromASignatureThatIsWrong() {
        ObjectNode event = Events.message(RoomVersion.V10).put("sender", "@u:stranger.example");
        assertThat(reason(STRANGER.pdu(event, RoomVersion.V10))).isEqualTo(Reason.KEY_NOT_KNOWN);
        ObjectNode forged = A.hashAndSign(Events.message(RoomVersion.V10), RoomVersion.V10);
        forged.put("depth", 8);
        assertThat(reason(read(RoomVersion.V10, forged))).isEqualTo(Reason.SIGNATURE_WRONG);
    }

    @ParameterizedTest
    @EnumSource
    void tellsAChangedContentFromAChangedEvent(RoomVersion version) {
        ObjectNode event = A.hashAndSign(Events.message(version), version);
        event.withObject("content").put("body", "forged");
        Pdu pdu = read(version, event);
        assertThat(check(pdu)).isEqualTo(new Verified.HashDiffers());
        assertThat(PduSignatures.trusting(pdu)).isEqualTo(new Verified.HashDiffers());
    }

    @ParameterizedTest
    @EnumSource
    void acceptsTheRedactedCopyForWhatItIs(RoomVersion version) {
        ObjectNode event = A.hashAndSign(Events.message(version), version);
        Pdu redacted = read(version, Redaction.redact(event, version));
        assertThat(check(redacted)).isEqualTo(new Verified.HashDiffers());
        assertThat(redacted.id()).isEqualTo(read(version, event).id());
    }

    @Test
    void acceptsPaddedBase64() {
        ObjectNode event = A.hashAndSign(Events.message(RoomVersion.V10), RoomVersion.V10);
        event.withObject("hashes")
                .put("sha256", event.path("hashes").path("sha256").stringValue() + "=");
        event.remove("signatures");
        A.sign(event, RoomVersion.V10);
        ObjectNode signatures = event.withObject("signatures").withObject("a.example");
        signatures.put("ed25519:1", signatures.path("ed25519:1").stringValue() + "==");
        assertThat(check(read(RoomVersion.V10, event))).isEqualTo(new Verified.AllGood());
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void wantsTheSignatureOfTheEventIdsServerInTheOldVersions(RoomVersion version) {
        ObjectNode event = Events.message(version).put("event_id", "$e:b.example");
        assertThat(reason(A.pdu(event, version))).isEqualTo(Reason.NOT_SIGNED);
        assertThat(check(read(version, B.sign(event, version)))).isEqualTo(new Verified.AllGood());
    }

    @ParameterizedTest
    @EnumSource
    void wantsTheSignatureOfTheServerThatAuthorisedAJoinFromVersion8(RoomVersion version) {
        ObjectNode event = Events.state(
                version,
                "m.room.member",
                "@u:a.example",
                "{\"membership\":\"join\",\"join_authorised_via_users_server\":\"@x:b.example\"}");
        Verified alone = check(A.pdu(event, version));
        if (version.atLeast(RoomVersion.V8)) {
            assertThat(alone)
                    .isInstanceOfSatisfying(
                            Verified.Refused.class,
                            no -> assertThat(no.reason()).isEqualTo(Reason.NOT_SIGNED));
            assertThat(check(read(version, B.sign(event, version)))).isEqualTo(new Verified.AllGood());
            event.withObject("content").put("membership", "leave");
            assertThat(check(A.pdu(event, version))).isEqualTo(new Verified.AllGood());
            event.withObject("content").put("membership", "join").put("join_authorised_via_users_server", "nobody");
            assertThat(reason(A.pdu(event, version))).isEqualTo(Reason.SIGNER_UNCLEAR);
        } else {
            assertThat(alone).isEqualTo(new Verified.AllGood());
        }
    }

    @ParameterizedTest
    @EnumSource
    void wantsNoSignatureOfTheSenderOnAThirdPartyInvite(RoomVersion version) {
        ObjectNode invite = Events.state(
                version,
                "m.room.member",
                "@v:b.example",
                "{\"membership\":\"invite\",\"third_party_invite\":{\"signed\":{\"mxid\":\"@v:b.example\"}}}");
        assertThat(check(B.pdu(invite, version))).isEqualTo(new Verified.AllGood());
        invite.withObject("content").put("membership", "join");
        assertThat(reason(B.pdu(invite, version))).isEqualTo(Reason.NOT_SIGNED);
    }

    @ParameterizedTest
    @EnumSource
    void asksForKeysThatWereValidAtTheEventsTimeFromVersion5(RoomVersion version) {
        List<Long> asked = new ArrayList<>();
        VerifyKeys noting = (server, id, at) -> {
            asked.add(at);
            return KEYS.find(server, id, at);
        };
        PduSignatures.check(A.pdu(Events.message(version), version), noting, scheme);
        assertThat(asked).containsExactly(version.atLeast(RoomVersion.V5) ? 1000L : VerifyKeys.ANY_TIME);
    }

    @Test
    void refusesAKeyThatHadExpired() {
        VerifyKeys until500 = (server, id, at) -> at < 500 ? KEYS.find(server, id, at) : null;
        Pdu late = A.pdu(Events.message(RoomVersion.V5), RoomVersion.V5);
        Pdu old = A.pdu(Events.message(RoomVersion.V4), RoomVersion.V4);
        assertThat(PduSignatures.check(late, until500, scheme))
                .isInstanceOfSatisfying(
                        Verified.Refused.class, no -> assertThat(no.reason()).isEqualTo(Reason.KEY_NOT_KNOWN))
                .asString()
                .contains("valid at 1000");
        assertThat(PduSignatures.check(old, PinnedKeys.none(), scheme))
                .asString()
                .contains("a key that is known")
                .doesNotContain("valid at");
        assertThat(PduSignatures.check(old, until500, scheme)).isEqualTo(new Verified.AllGood());
    }

    private Verified check(Pdu pdu) {
        return PduSignatures.check(pdu, KEYS, scheme);
    }

    private Reason reason(Pdu pdu) {
        Verified verified = check(pdu);
        assertThat(verified).isInstanceOf(Verified.Refused.class);
        return ((Verified.Refused) verified).reason();
    }

    private static Pdu read(RoomVersion version, ObjectNode event) {
        return PduReader.fromUntrusted(version, CanonicalJson.encode(event));
    }
}
