package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headwater.history.RoomAdmission;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import io.lettuce.core.KeyValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A room's confirmed current state as a hash: a field for each server, one of no name for the ACLs, and one whose name is a
 * blank if it was told.
 */
final class Admissions {
    /** No server has the empty name. */
    static final byte[] ACLS = {};

    /** Nor has any a blank in its name. */
    private static final byte[] TOLD = {' '};

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
        if (admission.told()) {
            arguments.add(TOLD);
            arguments.add(PRESENT);
        }
        for (ServerName server : admission.joined()) {
            arguments.add(field(server));
            arguments.add(PRESENT);
        }
        return arguments;
    }

    /** @param fields all of them; none if nobody was ever admitted */
    static RoomAdmission whole(Map<byte[], byte[]> fields) {
        Set<ServerName> joined = new HashSet<>();
        List<String> acls = List.of();
        boolean told = false;
        for (Map.Entry<byte[], byte[]> field : fields.entrySet()) {
            if (Arrays.equals(field.getKey(), ACLS)) {
                acls = RoomCodec.decodeAcls(field.getValue());
            } else if (Arrays.equals(field.getKey(), TOLD)) {
                told = true;
            } else {
                joined.add(server(field.getKey()));
            }
        }
        return new RoomAdmission(joined, acls, told);
    }

    private static ServerName server(byte[] field) {
        String name = new String(field, UTF_8);
        try {
            return ServerName.parse(name);
        } catch (InvalidIdException e) {
            throw new UnreadableRecordException("a server is admitted whose name is none: " + e.getMessage());
        }
    }

    /** @param fields of the ACLs and of the server that is asked about */
    static RoomAdmission.OfServer decode(List<KeyValue<byte[], byte[]>> fields) {
        List<String> acls = fields.get(0).map(RoomCodec::decodeAcls).getValueOrElse(List.of());
        return new RoomAdmission.OfServer(fields.get(1).hasValue(), acls);
    }
}
