package dev.headwater.gateway.transfer;

import dev.headwater.event.BadEventException;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.event.Verified;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.ToldEvent;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PduSignatures;
import dev.headwater.sign.VerifyKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

/**
 * The body of a federation {@code /state} answer, for which the operator vouches that it is the room's current state, or
 * the state before an event of it.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixfederationv1stateroomid">State</a>
 */
public final class StateFile {
    private final Path file;
    private final VerifyKeys keys;
    private final Ed25519 scheme;
    private final boolean trusted;

    /** @param trusted whether an event counts though the key that signed it is not known */
    public StateFile(Path file, VerifyKeys keys, Ed25519 scheme, boolean trusted) {
        this.file = file;
        this.keys = keys;
        this.scheme = scheme;
        this.trusted = trusted;
    }

    /** Who is in the room by this state. Fails with {@link TransferException} at the first event that is not right. */
    public Mono<RoomAdmission> admission(RoomId room, RoomVersion version) {
        return reading(() -> admissionBy(events(room, version)));
    }

    /** The events of this state, as an anchor. Fails as {@link #admission} does, and if it is not the whole state. */
    public Mono<List<ToldEvent>> told(RoomId room, RoomVersion version) {
        return reading(() -> events(room, version).stream().map(this::told).toList());
    }

    private ToldEvent told(Pdu pdu) {
        String stateKey = pdu.stateKey();
        if (stateKey == null) {
            throw new TransferException("'" + file + "' holds " + pdu.id() + ", which is no state");
        }
        JsonNode content = pdu.json().path("content");
        String value = pdu.type().equals("m.room.member")
                ? content.path("membership").stringValue("")
                : content.path("history_visibility").stringValue("");
        return new ToldEvent(pdu.id(), pdu.type(), stateKey, value);
    }

    private <T> Mono<T> reading(Callable<T> read) {
        return Mono.fromCallable(read)
                .subscribeOn(Schedulers.boundedElastic())
                .onErrorMap(
                        IOException.class,
                        e -> new TransferException(
                                "'" + file + "' cannot be read (" + e.getMessage() + "); expected a /state answer", e));
    }

    private List<Pdu> events(RoomId room, RoomVersion version) throws IOException {
        List<Pdu> events = new ArrayList<>();
        byte[] body = Files.readAllBytes(file);
        if (BackfillAnswer.omitsMembers(body)) {
            throw new TransferException("'" + file + "' says members_omitted; expected the whole state");
        }
        for (byte[] event : BackfillAnswer.events(body)) {
            events.add(genuine(room, version, event));
        }
        return events;
    }

    private RoomAdmission admissionBy(List<Pdu> events) {
        Set<ServerName> joined = new HashSet<>();
        List<String> acls = new ArrayList<>();
        for (Pdu pdu : events) {
            String stateKey = pdu.stateKey();
            if (pdu.type().equals("m.room.member") && stateKey != null) {
                if (pdu.json().path("content").path("membership").asString("").equals("join")) {
                    joined.add(server(stateKey));
                }
            } else if (pdu.type().equals("m.room.server_acl") && "".equals(stateKey)) {
                acls.add(pdu.json().path("content").toString());
            }
        }
        return new RoomAdmission(joined, acls, true);
    }

    private Pdu genuine(RoomId room, RoomVersion version, byte[] event) {
        Pdu pdu;
        try {
            pdu = PduReader.fromUntrusted(version, event);
        } catch (BadEventException e) {
            throw new TransferException("'" + file + "' holds what is no event: " + e.getMessage(), e);
        }
        if (!pdu.room().equals(room)) {
            throw new TransferException(
                    "'" + file + "' holds " + pdu.id() + " of " + pdu.room() + "; expected " + room);
        }
        Verified verified = PduSignatures.check(pdu, keys, scheme);
        boolean excused =
                trusted && verified instanceof Verified.Refused no && no.reason() == Verified.Reason.KEY_NOT_KNOWN;
        if (verified instanceof Verified.Refused no && !excused) {
            throw new TransferException("'" + file + "': " + no.message());
        }
        return pdu;
    }

    private ServerName server(String user) {
        try {
            return UserId.parse(user).server();
        } catch (InvalidIdException e) {
            throw new TransferException("'" + file + "' holds a membership of " + e.getMessage(), e);
        }
    }
}
