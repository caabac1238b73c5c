package dev.headwater.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class KeyDocumentTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final KeyId A = KeyId.parse("ed25519:a");
    private static final KeyId B = KeyId.parse("ed25519:b");
    private static final String OTHER_KEY = "l8Hft5qXKn1vfHrg3p4+W8gELQVo8N13JkluMfmn2sQ";

    private final KeyPublisher server = new KeyPublisher("a.example", "ed25519:a");
    private final VerifyKey key = server.key().verifyKey();

    @Test
    void takesWhatTheServerHasSigned() {
        KeyDocument document = read(server.document(NOW + DAY));
        assertThat(document.server()).isEqualTo(server.name());
        assertThat(document.forRequest(A, NOW)).isEqualTo(key);
        assertThat(document.forRequest(B, NOW)).isNull();
        assertThat(document.size()).isEqualTo(1);
    }

    @Test
    void believesItUntilItEnds() {
        KeyDocument document = read(server.document(NOW + DAY));
        assertThat(document.validUntilMillis()).isEqualTo(NOW + DAY);
        assertThat(document.refreshAtMillis()).isEqualTo(NOW + DAY / 2);
        assertThat(document.forRequest(A, NOW + DAY)).isEqualTo(key);
        assertThat(document.forRequest(A, NOW + DAY + 1)).isNull();
        assertThat(document.forEvent(A, NOW + DAY)).isEqualTo(key);
        assertThat(document.forEvent(A, NOW + DAY + 1)).isNull();
        assertThat(document.forEvent(A, 0)).isEqualTo(key);
        assertThat(document.forEvent(A, VerifyKeys.ANY_TIME)).isEqualTo(key);
        assertThat(document.forEvent(B, VerifyKeys.ANY_TIME)).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {8, 3_650, 100_000_000})
    void believesNothingForMoreThanSevenDays(long days) {
        KeyDocument document = read(server.document(Math.min(NOW + days * DAY, (1L << 53) - 1)));
        assertThat(document.validUntilMillis()).isEqualTo(NOW + 7 * DAY);
        assertThat(document.forRequest(A, NOW + 7 * DAY)).isEqualTo(key);
        assertThat(document.forRequest(A, NOW + 7 * DAY + 1)).isNull();
        assertThat(document.forEvent(A, NOW + 7 * DAY + 1)).isNull();
    }

    @Test
    void takesADocumentThatIsOverForEventsOnly() {
        KeyDocument document = read(server.document(NOW - DAY));
        assertThat(document.forRequest(A, NOW)).isNull();
        assertThat(document.forEvent(A, NOW - DAY)).isEqualTo(key);
        assertThat(document.forEvent(A, NOW)).isNull();
        assertThat(document.refreshAtMillis()).isLessThan(NOW);
    }

    @Test
    void neverTakesAnOldKeyForRequests() {
        KeyDocument document = read(server.document(
                NOW + DAY,
                d -> KeyPublisher.put((ObjectNode) d.get("old_verify_keys"), "ed25519:b", OTHER_KEY, NOW + HOUR)));
        assertThat(document.forRequest(B, NOW)).isNull();
        assertThat(document.isOld(B)).isTrue();
        assertThat(document.isOld(A)).isFalse();
        assertThat(document.forEvent(B, NOW + HOUR - 1)).isEqualTo(VerifyKey.parse(OTHER_KEY));
        assertThat(document.forEvent(B, NOW + HOUR)).isNull();
        assertThat(document.forEvent(B, VerifyKeys.ANY_TIME)).isEqualTo(VerifyKey.parse(OTHER_KEY));
        assertThat(document.size()).isEqualTo(2);
    }

    @Test
    void takesAKeyThatIsCalledOldTooForOld() {
        KeyPublisher two = new KeyPublisher("a.example", "ed25519:a", "ed25519:b");
        KeyDocument document = read(two.document(
                NOW + DAY,
                d -> KeyPublisher.put(
                        (ObjectNode) d.get("old_verify_keys"),
                        "ed25519:a",
                        two.key().verifyKey().base64(),
                        NOW - DAY)));
        assertThat(document.forRequest(A, NOW)).isNull();
        assertThat(document.forRequest(B, NOW)).isNotNull();
        assertThat(document.forEvent(A, NOW)).isNull();
    }

    /** Whoever lists a key that it cannot sign with may have taken it from another server. */
    @Test
    void leavesOutKeysThatHaveNotSigned() {
        KeyDocument document = read(server.document(
                NOW + DAY, d -> KeyPublisher.put((ObjectNode) d.get("verify_keys"), "ed25519:b", OTHER_KEY, null)));
        assertThat(document.forRequest(A, NOW)).isEqualTo(key);
        assertThat(document.forRequest(B, NOW)).isNull();
    }

    @Test
    void leavesOutEntriesThatAreNoKeys() {
        KeyDocument document = read(server.document(NOW + DAY, d -> {
            ObjectNode keys = (ObjectNode) d.get("verify_keys");
            keys.put("ed25519:text", OTHER_KEY);
            keys.putObject("ed25519:none");
            keys.putObject("ed25519:null").putNull("key");
            KeyPublisher.put(keys, "rsa:1", OTHER_KEY, null);
            KeyPublisher.put(keys, "nonsense", OTHER_KEY, null);
            KeyPublisher.put(keys, "ed25519:short", "AAAA", null);
            KeyPublisher.put(keys, "ed25519:small", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", null);
            ObjectNode old = (ObjectNode) d.get("old_verify_keys");
            KeyPublisher.put(old, "ed25519:never", OTHER_KEY, null);
            KeyPublisher.put(old, "ed25519:before", OTHER_KEY, -1L);
            old.putObject("ed25519:words").put("key", OTHER_KEY).put("expired_ts", "yesterday");
        }));
        assertThat(document.size()).isEqualTo(1);
        assertThat(document.forRequest(A, NOW)).isEqualTo(key);
    }

    /** One signature under the neutral element is right for any message. */
    @Test
    void refusesADocumentUnderAKeyOfSmallOrder() {
        byte[] any = HexFormat.of().parseHex("01" + "00".repeat(63));
        ObjectNode document = new KeyPublisher("a.example").document(NOW + DAY, d -> {
            KeyPublisher.put(
                    (ObjectNode) d.get("verify_keys"),
                    "ed25519:a",
                    "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                    null);
            SignedJson.addSignature(d, server.name(), A, any);
        });
        refuses(document, "under one of its verify_keys");
    }

    @Test
    void refusesADocumentThatAnybodyCouldHaveSigned() {
        SigningKey known = SigningKey.parse("ed25519 a YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1");
        ObjectNode document = new KeyPublisher("a.example").document(NOW + DAY, d -> {
            KeyPublisher.put(
                    (ObjectNode) d.get("verify_keys"),
                    "ed25519:a",
                    known.verifyKey().base64(),
                    null);
        });
        SignedJson.sign(document, server.name(), known, Ed25519.jdk());
        refuses(document, "under one of its verify_keys");
    }

    /** From the seeds that are public. */
    @ParameterizedTest
    @CsvSource({
        "the specification, 6090c103d5e7af6b15a970fd563ed75549e6159719ae5c3c31dee4316fb75c0d",
        "RFC 8032 test 1, 9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "RFC 8032 test 2, 4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "RFC 8032 test 3, c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "RFC 8032 test 1024, f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
        "RFC 8032 test SHA(abc), 833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42"
    })
    void bansKeysWhoseSecretIsPublished(String where, String seed) {
        byte[] bytes = HexFormat.of().parseHex(seed);
        SigningKey known = SigningKey.parse("ed25519 a " + dev.headwater.json.UnpaddedBase64.encode(bytes));
        assertThat(BannedKeys.contains(known.verifyKey())).as(where).isTrue();
        assertThat(BannedKeys.contains(key)).isFalse();
    }

    @Test
    void refusesADocumentOfAnotherServer() {
        refuses(new KeyPublisher("b.example", "ed25519:a").document(NOW + DAY), "a.example in server_name");
        refuses(server.document(NOW + DAY, d -> d.put("server_name", "A.example")), "a.example in server_name");
        refuses(server.document(NOW + DAY, d -> d.put("server_name", 5)), "a.example in server_name");
    }

    @Test
    void refusesADocumentThatTheServerHasNotSigned() {
        refuses(server.document(NOW + DAY).without("signatures"), "a signature of a.example");
        ObjectNode byAnother = new KeyPublisher("b.example", "ed25519:a")
                .countersign(server.document(NOW + DAY).without("signatures"));
        refuses(byAnother, "a signature of a.example");
        ObjectNode underAnother = server.document(NOW + DAY).without("signatures");
        SignedJson.sign(
                underAnother, server.name(), SigningKey.generate(B, new java.security.SecureRandom()), Ed25519.jdk());
        refuses(underAnother, "a signature of a.example");
    }

    @Test
    void refusesADocumentThatWasChangedAfterwards() {
        refuses(server.document(NOW + DAY).put("valid_until_ts", NOW + 2 * DAY), "to be right");
        ObjectNode oneOfTwoWrong = new KeyPublisher("a.example", "ed25519:a", "ed25519:b").document(NOW + DAY);
        SignedJson.addSignature(oneOfTwoWrong, server.name(), B, new byte[64]);
        refuses(oneOfTwoWrong, "to be right");
    }

    @Test
    void refusesADocumentWhoseKeysAreAllOld() {
        ObjectNode document = server.document(
                NOW + DAY,
                d -> KeyPublisher.put((ObjectNode) d.get("old_verify_keys"), "ed25519:a", key.base64(), NOW));
        refuses(document, "not old");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"soon\"", "-1", "true", "[]"})
    void refusesADocumentWithoutAnEnd(String until) {
        Consumer<ObjectNode> change = d ->
                d.set("valid_until_ts", dev.headwater.json.StrictJson.parse(until.getBytes(StandardCharsets.UTF_8)));
        refuses(server.document(NOW, change), "valid_until_ts");
        refuses(server.document(NOW, d -> d.remove("valid_until_ts")), "valid_until_ts");
    }

    @Test
    void refusesMoreKeysThanAServerHas() {
        refuses(server.document(NOW, d -> fill((ObjectNode) d.get("verify_keys"), 16)), "16 keys in verify_keys");
        refuses(
                server.document(NOW, d -> fill((ObjectNode) d.get("old_verify_keys"), 65)),
                "64 keys in old_verify_keys");
        refuses(server.document(NOW, d -> d.put("verify_keys", 5)), "in verify_keys");
        refuses(server.document(NOW, d -> d.putArray("old_verify_keys")), "in old_verify_keys");
        assertThat(read(server.document(NOW + DAY, d -> {
                            fill((ObjectNode) d.get("verify_keys"), 15);
                            fill((ObjectNode) d.get("old_verify_keys"), 64);
                        }))
                        .forRequest(A, NOW))
                .isEqualTo(key);
        assertThat(read(server.document(NOW + DAY, d -> d.remove("old_verify_keys")))
                        .size())
                .isEqualTo(1);
    }

    private static void fill(ObjectNode keys, int more) {
        for (int i = 0; i < more; i++) {
            KeyPublisher.put(keys, "ed25519:more" + i, "AAAA", null);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "\"keys\"",
                "{\"server_name\":\"a.example\"",
                "{\"server_name\":\"a.example\",\"server_name\":\"a.example\"}",
                "{\"server_name\":\"a.example\"}{}",
                "{\"server_name\":\"a.example\",\"valid_until_ts\":1e3}",
                "{\"server_name\":\"a.example\",\"valid_until_ts\":9007199254740992}",
                "{\"server_name\":\"a.example\",\"x\":\"\\ud800\"}"
            })
    void refusesWhatIsNotOneStrictJsonObject(String text) {
        refuses(text.getBytes(StandardCharsets.UTF_8), "");
        refuses(text.getBytes(StandardCharsets.UTF_16), "");
    }

    @Test
    void refusesMoreBytesThanItReads() {
        byte[] body = CanonicalJson.encode(server.document(
                NOW + DAY, d -> d.put("padding", "x".repeat(KeyDocument.MAX_BYTES))));
        refuses(body, "at most 65536 bytes");
    }

    @Test
    void keepsForeignTextOutOfItsMessages() {
        assertThatExceptionOfType(BadKeyDocumentException.class)
                .isThrownBy(() -> KeyDocument.read(
                        "{\u001b[31m".getBytes(StandardCharsets.UTF_8), server.name(), NOW, Ed25519.jdk()))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContainPattern("\\p{Cc}"));
    }

    private KeyDocument read(ObjectNode document) {
        return KeyDocument.read(CanonicalJson.encode(document), server.name(), NOW, Ed25519.jdk());
    }

    private void refuses(ObjectNode document, String expectation) {
        refuses(CanonicalJson.encode(document), expectation);
    }

    private static void refuses(byte[] body, String expectation) {
        assertThatExceptionOfType(BadKeyDocumentException.class)
                .isThrownBy(() -> KeyDocument.read(body, ServerName.parse("a.example"), NOW, Ed25519.jdk()))
                .withMessageStartingWith("expected ")
                .withMessageContaining(expectation);
    }
}
