package dev.headwater.history;

import dev.headwater.id.ServerName;
import java.util.List;
import java.util.Set;

/**
 * Who is in a room now, by its confirmed current state.
 *
 * @param joined the servers with a joined user
 * @param acls the contents, as JSON, of the {@code m.room.server_acl} in force: none, one, or several where branches
 *     disagree, all of which must admit a server
 * @param told whether somebody vouches for it beside the room's own events, so that these need not prove it
 */
public record RoomAdmission(Set<ServerName> joined, List<String> acls, boolean told) {
    public RoomAdmission {
        joined = Set.copyOf(joined);
        acls = List.copyOf(acls);
    }

    /** What the room's own events prove. */
    public RoomAdmission(Set<ServerName> joined, List<String> acls) {
        this(joined, acls, false);
    }

    /** What the admission of one server depends on. */
    public record OfServer(boolean joined, List<String> acls) {
        public OfServer {
            acls = List.copyOf(acls);
        }
    }
}
