package dev.headwater.gateway.transfer;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A request for {@code /backfill}.
 *
 * @param destination the server that is asked
 * @param from where the walk starts
 * @param limit how many events are wanted at most
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixfederationv1backfillroomid">Backfill</a>
 */
public record BackfillRequest(ServerName destination, RoomId room, List<EventId> from, int limit) {
    public BackfillRequest {
        from = List.copyOf(from);
    }

    /** Path and query as they go onto the wire. */
    String target() {
        StringBuilder target = new StringBuilder("/_matrix/federation/v1/backfill/").append(escaped(room.value()));
        char separator = '?';
        for (EventId event : from) {
            target.append(separator).append("v=").append(escaped(event.value()));
            separator = '&';
        }
        return target.append(separator).append("limit=").append(limit).toString();
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
