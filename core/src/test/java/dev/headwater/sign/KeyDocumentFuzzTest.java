package dev.headwater.sign;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Any bytes as a key document: as they are, and, if they are an object, with a key that has signed them. What is taken is
 * what stands there, and no more of it than was signed for.
 */
class KeyDocumentFuzzTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final long WEEK = 7L * 24 * 3600 * 1000;
    private static final ServerName SERVER = ServerName.parse("a.example");
    private static final ServerName NOTARY = ServerName.parse("notary.example");
    // Fixed, so that a finding can be repeated.
    private static final SigningKey KEY = SigningKey.parse("ed25519 fuzz AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    private static final Ed25519 SCHEME = Ed25519.jdk();

    static Stream<byte[]> documents() {
        String other = "{\"key\":\"l8Hft5qXKn1vfHrg3p4+W8gELQVo8N13JkluMfmn2sQ\",\"expired_ts\":1799999999999}";
        String signed = new String(CanonicalJson.encode(signed(object("""
                {"server_name":"a.example","valid_until_ts":1800000001000,"verify_keys":{},"old_verify_keys":{}}
                """))), StandardCharsets.UTF_8);
        return Stream.of(
                        signed,
                        signed.replace("1800000001000", "1800000001001"),
                        "{\"server_keys\":[" + signed + "]}",
                        "{\"server_name\":\"a.example\",\"valid_until_ts\":9007199254740991,\"verify_keys\":{\"ed25519:b\":"
                                + other + "},\"old_verify_keys\":{\"ed25519:c\":" + other + "}}",
                        "{\"server_name\":\"a.example\",\"valid_until_ts\":0,\"verify_keys\":{},\"old_verify_keys\":"
                                + "{\"ed25519:fuzz\":{}}}",
                        "{\"server_name\":\"a.example\",\"valid_until_ts\":1800000000000,\"verify_keys\":{\"rsa:1\":5,"
                                + "\"ed25519:\":{},\"ed25519:s\":{\"key\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}}",
                        "{\"server_name\":\"b.example\",\"valid_until_ts\":1,\"verify_keys\":{}}",
                        "{\"server_name\":\"a.example\",\"valid_until_ts\":1.5,\"verify_keys\":[]}",
                        "{\"server_keys\":[{\"server_name\":\"a.example\"},{},[]]}",
                        "{\"signatures\":{\"a.example\":{\"ed25519:fuzz\":\"AA==\"}}}",
                        "\uFEFF{}")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("documents")
    @FuzzTest
    void believesWhatIsSignedOrRefuses(byte[] bytes) {
        holds(bytes);
        ObjectNode object = objectOrNull(bytes);
        if (object != null) {
            holds(CanonicalJson.encode(signed(object)));
            notarized(object);
        }
    }

    private static void holds(byte[] body) {
        KeyDocument document;
        try {
            document = KeyDocument.read(body, SERVER, NOW, SCHEME);
        } catch (BadKeyDocumentException e) {
            assertThat(e.getMessage()).startsWith("expected ").doesNotContainPattern("\\p{Cc}");
            return;
        }
        believesOnly(StrictJson.object(body), document);
    }

    private static void believesOnly(ObjectNode json, KeyDocument document) {
        assertThat(json.path("server_name").stringValue()).isEqualTo(SERVER.value());
        assertThat(document.validUntilMillis())
                .isEqualTo(Math.min(json.path("valid_until_ts").longValue(), NOW + WEEK));
        assertThat(document.size()).isBetween(1, KeyDocument.MAX_VERIFY_KEYS + KeyDocument.MAX_OLD_KEYS);
        boolean one = false;
        for (String name : List.copyOf(json.path("verify_keys").propertyNames())) {
            KeyId id = keyId(name);
            VerifyKey key = id == null ? null : document.forRequest(id, document.validUntilMillis());
            if (id != null && key != null) {
                one = true;
                assertThat(key.bytes()).isEqualTo(bytes(json.path("verify_keys").path(name)));
                assertThat(hasSigned(json, id, key)).isTrue();
                assertThat(json.path("old_verify_keys").has(name)).isFalse();
                assertThat(document.forRequest(id, document.validUntilMillis() + 1))
                        .isNull();
            }
        }
        assertThat(one).isTrue();
        for (String name : List.copyOf(json.path("old_verify_keys").propertyNames())) {
            KeyId id = keyId(name);
            if (id != null) {
                assertThat(document.forRequest(id, 0)).isNull();
                long expired = json.path("old_verify_keys")
                        .path(name)
                        .path("expired_ts")
                        .longValue(0);
                assertThat(document.isOld(id) ? document.forEvent(id, expired) : null)
                        .isNull();
            }
        }
    }

    private static boolean hasSigned(ObjectNode json, KeyId id, VerifyKey key) {
        JsonNode signature = json.path("signatures").path(SERVER.value()).path(id.value());
        return SCHEME.verify(
                key, SignedJson.signedBytes(json), java.util.Base64.getDecoder().decode(signature.stringValue()));
    }

    private static byte[] bytes(JsonNode entry) {
        return java.util.Base64.getDecoder().decode(entry.path("key").stringValue());
    }

    /** A notary's answer is taken exactly if its document would be. */
    private static void notarized(ObjectNode object) {
        ObjectNode document = signed(object);
        SignedJson.sign(document, NOTARY, KEY, SCHEME);
        byte[] answer = KeyPublisher.answer(document);
        boolean direct = takes(() -> KeyDocument.read(CanonicalJson.encode(document), SERVER, NOW, SCHEME));
        boolean told = takes(() -> NotaryAnswer.read(
                answer, SERVER, NOTARY, (server, id, at) -> id.equals(KEY.id()) ? KEY.verifyKey() : null, NOW, SCHEME));
        // An answer has a few bytes more than the document that may be as long.
        if (answer.length <= KeyDocument.MAX_BYTES) {
            assertThat(told).isEqualTo(direct);
        }
    }

    private static boolean takes(Runnable reading) {
        try {
            reading.run();
            return true;
        } catch (BadKeyDocumentException e) {
            return false;
        }
    }

    /** The object with the key in it, and its signature. */
    private static ObjectNode signed(ObjectNode object) {
        ObjectNode document = object.deepCopy();
        if (document.get("verify_keys") instanceof ObjectNode keys) {
            keys.putObject(KEY.id().value()).put("key", KEY.verifyKey().base64());
        }
        SignedJson.sign(document, SERVER, KEY, SCHEME);
        return document;
    }

    private static ObjectNode object(String text) {
        return StrictJson.object(text.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable ObjectNode objectOrNull(byte[] bytes) {
        try {
            return StrictJson.object(bytes);
        } catch (BadJsonException e) {
            return null;
        }
    }

    private static @Nullable KeyId keyId(String text) {
        try {
            return KeyId.parse(text);
        } catch (InvalidIdException e) {
            return null;
        }
    }
}
