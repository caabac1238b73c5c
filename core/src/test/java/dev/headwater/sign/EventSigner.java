package dev.headwater.sign;

import dev.headwater.event.EventHashes;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.RoomVersion;
import java.security.SecureRandom;
import tools.jackson.databind.node.ObjectNode;

/** A server that hashes and signs events, for tests. */
public final class EventSigner {
    private final ServerName server;
    private final SigningKey key;
    private final Ed25519 scheme = Ed25519.jdk();

    public EventSigner(ServerName server, SigningKey key) {
        this.server = server;
        this.key = key;
    }

    /** A server with a new key {@code ed25519:1}. */
    public static EventSigner of(String server) {
        return new EventSigner(
                ServerName.parse(server), SigningKey.generate(KeyId.parse("ed25519:1"), new SecureRandom()));
    }

    public ServerName server() {
        return server;
    }

    public SigningKey key() {
        return key;
    }

    /** Adds the content hash and the server's signature to the event. */
    public ObjectNode hashAndSign(ObjectNode event, RoomVersion version) {
        event.putObject("hashes").put("sha256", UnpaddedBase64.encode(EventHashes.content(event)));
        return sign(event, version);
    }

    /** Adds the server's signature to the event, which has its hash. */
    public ObjectNode sign(ObjectNode event, RoomVersion version) {
        byte[] signature = key.sign(EventHashes.signedBytes(event, version), scheme);
        SignedJson.addSignature(event, server, key.id(), signature);
        return event;
    }

    /** Hashes, signs and reads the event. */
    public Pdu pdu(ObjectNode event, RoomVersion version) {
        return PduReader.fromUntrusted(version, CanonicalJson.encode(hashAndSign(event, version)));
    }
}
