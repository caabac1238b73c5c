package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headwater.history.RoomAdmission;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import io.lettuce.core.KeyValue;
import java.util.ArrayList;
import java.util.List;

/** A room's confirmed current state as a hash: a field for each server, and one of no name for the ACLs. */
final class Admissions {
    /** No server has the empty name. */
    static final byte[] ACLS = {};

    private static final byte[] PRESENT = {};

    private Admissions() {}

    static byte[] field(ServerName server) {
        return server.value().getBytes(UTF_8);
    }

    static List<byte[]> arguments(RoomId room, RoomAdmission admission) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(RoomCodec.shortText(room));
        arguments.add(ACLS);
        arguments.add(RoomCodec.encodeAcls(admission.acls()));
        for (ServerName server : admission.joined()) {
            arguments.add(field(server));
            arguments.add(PRESENT);
        }
        return arguments;
    }

    /** @param fields of the ACLs and of the server that is asked about */
    static RoomAdmission.OfServer decode(List<KeyValue<byte[], byte[]>> fields) {
        List<String> acls = fields.get(0).map(RoomCodec::decodeAcls).getValueOrElse(List.of());
        return new RoomAdmission.OfServer(fields.get(1).hasValue(), acls);
    }
}
