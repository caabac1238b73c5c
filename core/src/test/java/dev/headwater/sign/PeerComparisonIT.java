package dev.headwater.sign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.EventHashes;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.event.Verified;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.RandomJson;
import dev.headwater.json.StrictJson;
import dev.headwater.json.StrictJson.Numbers;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random documents and events, and what Synapse's own code makes of them. The seed is printed and can be given again as
 * {@code -Dheadwater.seed=N}; {@code -Dheadwater.peer.rounds=N} multiplies the numbers compared.
 */
class PeerComparisonIT {
    private static final int DOCUMENTS = 5_000;
    private static final int EVENTS_OF_A_VERSION = 300;
    private static final long SEED = Long.getLong("headwater.seed", 20261127);
    private static final int ROUNDS = Integer.getInteger("headwater.peer.rounds", 1);

    private static final List<EventSigner> SERVERS =
            List.of(EventSigner.of("a.example"), EventSigner.of("b.example"), EventSigner.of("c.example:8448"));
    // Of the third server no key is known.
    private static final List<EventSigner> KNOWN = SERVERS.subList(0, 2);

    private static Peer peer;

    private final Ed25519 scheme = Ed25519.jdk();

    @BeforeAll
    static void startPeer() throws IOException, InterruptedException {
        System.out.println("PeerComparisonIT: -Dheadwater.seed=" + SEED);
        peer = Peer.start();
    }

    @AfterAll
    static void endPeer() throws IOException, InterruptedException {
        if (peer != null) {
            peer.close();
        }
    }

    @Test
    void writesTheSameCanonicalJson() throws IOException {
        Random random = new Random(SEED);
        RandomJson documents = new RandomJson(random);
        Map<Boolean, Integer> compared = new TreeMap<>();
        for (int i = 0; i < DOCUMENTS * ROUNDS; i++) {
            String text = i % 10 == 0 ? documents.value(3, true) : documents.object(3, random.nextBoolean());
            JsonNode value = StrictJson.parse(text.getBytes(StandardCharsets.UTF_8), Numbers.LENIENT);
            ObjectNode theirs = peer.ask(JsonNodeFactory.instance.objectNode().put("json", text));
            boolean strict = CanonicalJson.hasOnlyCanonicalNumbers(value);
            assertThat(new String(CanonicalJson.encode(value), StandardCharsets.UTF_8))
                    .as("seed %d, document %d: %s", SEED, i, text)
                    .isEqualTo(theirs.path("canonical").stringValue(theirs.toString()));
            assertThat(strict)
                    .as("seed %d, document %d: %s", SEED, i, text)
                    .isEqualTo(theirs.path("strict").booleanValue());
            compared.merge(strict, 1, Integer::sum);
        }
        System.out.println("PeerComparisonIT: documents alike " + compared + " (true: of canonical numbers only)");
        assertThat(compared.keySet()).containsExactlyInAnyOrder(true, false);
    }

    @ParameterizedTest
    @EnumSource
    void makesTheSameOfEveryEvent(RoomVersion version) throws IOException {
        Random random = new Random(SEED + version.ordinal() + 1);
        RandomEvents events = new RandomEvents(random, SERVERS);
        ObjectNode pinned = JsonNodeFactory.instance.objectNode();
        Map<String, Map<String, String>> keys = new HashMap<>();
        for (EventSigner server : KNOWN) {
            String key = server.key().verifyKey().base64();
            pinned.putObject(server.server().value()).put("ed25519:1", key);
            keys.put(server.server().value(), Map.of("ed25519:1", key));
        }
        PinnedKeys known = PinnedKeys.parse(keys);
        Map<String, Integer> verdicts = new TreeMap<>();
        for (int i = 0; i < EVENTS_OF_A_VERSION * ROUNDS; i++) {
            String text = events.next(version);
            ObjectNode request = JsonNodeFactory.instance.objectNode();
            request.put("event", text).put("version", version.identifier()).set("keys", pinned);
            ObjectNode theirs = peer.ask(request);
            ObjectNode ours = ours(version, text, known);
            assertThat(ours)
                    .as("seed %d, event %d of version %s: %s", SEED, i, version.identifier(), text)
                    .isEqualTo(theirs);
            verdicts.merge(ours.path("verdict").stringValue(), 1, Integer::sum);
        }
        System.out.println("PeerComparisonIT: version " + version.identifier() + " events alike " + verdicts);
        assertThat(verdicts.keySet()).containsExactlyInAnyOrder("good", "differs", "refused");
    }

    private ObjectNode ours(RoomVersion version, String text, PinnedKeys known) {
        Pdu pdu = PduReader.fromUntrusted(version, text.getBytes(StandardCharsets.UTF_8));
        Verified verified = PduSignatures.check(pdu, known, scheme);
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", pdu.id().value())
                .put("room", pdu.room().value())
                .put("reference", HexFormat.of().formatHex(EventHashes.reference(pdu.json(), version)))
                .put("content", HexFormat.of().formatHex(EventHashes.content(pdu.json())))
                .put(
                        "redacted",
                        new String(CanonicalJson.encode(Redaction.redact(pdu.json(), version)), StandardCharsets.UTF_8))
                .put(
                        "verdict",
                        verified instanceof Verified.AllGood
                                ? "good"
                                : verified instanceof Verified.HashDiffers ? "differs" : "refused");
    }
}
