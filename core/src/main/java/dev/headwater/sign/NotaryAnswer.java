package dev.headwater.sign;

import dev.headwater.id.ServerName;
import dev.headwater.sign.SignedJson.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a notary says that another server publishes: documents that the server has signed, and the notary as well.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#post_matrixkeyv2query">Querying keys through another
 *     server</a>
 */
public final class NotaryAnswer {
    /** Of the documents about one server. A notary may have kept several; the newest that is good counts. */
    static final int MAX_DOCUMENTS = 8;

    private NotaryAnswer() {}

    /**
     * The server's newest document in the body of an answer to {@code POST /_matrix/key/v2/query}.
     *
     * @param notaryKeys the keys of the notary
     * @param fetchedAtMillis when the answer arrived, in milliseconds since the epoch
     * @throws BadKeyDocumentException if there is none that both have signed; the message is about the newest
     */
    public static KeyDocument read(
            byte[] body,
            ServerName server,
            ServerName notary,
            VerifyKeys notaryKeys,
            long fetchedAtMillis,
            Ed25519 scheme) {
        if (!(KeyDocument.object(body).get("server_keys") instanceof ArrayNode all)) {
            throw new BadKeyDocumentException("expected an array of documents in server_keys");
        }
        List<ObjectNode> ofServer = new ArrayList<>();
        for (JsonNode document : all) {
            if (document instanceof ObjectNode object && KeyDocument.isOf(object, server)) {
                ofServer.add(object);
            }
        }
        if (ofServer.isEmpty() || ofServer.size() > MAX_DOCUMENTS) {
            throw new BadKeyDocumentException(
                    "expected 1 to " + MAX_DOCUMENTS + " documents of " + server + ", found " + ofServer.size());
        }
        ofServer.sort(
                Comparator.comparingLong((ObjectNode document) -> KeyDocument.time(document.path("valid_until_ts")))
                        .reversed());
        BadKeyDocumentException first = null;
        for (ObjectNode document : ofServer) {
            try {
                requireSigned(document, notary, notaryKeys, fetchedAtMillis, scheme);
                return KeyDocument.of(document, server, fetchedAtMillis, scheme);
            } catch (BadKeyDocumentException e) {
                first = first == null ? e : first;
            }
        }
        throw first;
    }

    private static void requireSigned(
            ObjectNode document, ServerName notary, VerifyKeys notaryKeys, long now, Ed25519 scheme) {
        Outcome outcome = SignedJson.verify(document, notary, notaryKeys, now, scheme);
        if (outcome != Outcome.GOOD) {
            throw new BadKeyDocumentException("expected a right signature of the notary " + notary
                    + " under a key that is known, found it " + outcome);
        }
    }
}
