package dev.headwater.gateway.http;

import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of one request and its answer so far, for the one line that the access log gets when it ends. Touched by
 * one thread at a time, handed on by the signals of the request's own stream.
 */
final class Exchange {
    private static final Logger ACCESS = LoggerFactory.getLogger("dev.headwater.access");

    private final long startedNanos = System.nanoTime();
    private @Nullable ServerName origin;
    private String route = "-";
    private @Nullable RoomId room;
    private String source = "-";
    private int status;
    private long events;
    private long bytes;

    void route(String name) {
        route = name;
    }

    /** Whom the request claims to come from; it may yet be found wrong. */
    void origin(ServerName claimed) {
        origin = claimed;
    }

    void room(RoomId asked) {
        room = asked;
    }

    void source(String name) {
        source = name;
    }

    void status(int sent) {
        status = sent;
    }

    void events(long written) {
        events = written;
    }

    void bytes(int more) {
        bytes += more;
    }

    void log(boolean aborted) {
        if (ACCESS.isInfoEnabled()) {
            ACCESS.info(
                    "origin={} route={} room={} status={} events={} bytes={} ms={} source={}{}",
                    origin == null ? "-" : origin,
                    route,
                    room == null ? "-" : plain(room.value()),
                    status == 0 ? "-" : status,
                    events,
                    bytes,
                    (System.nanoTime() - startedNanos) / 1_000_000,
                    source,
                    aborted ? " aborted" : "");
        }
    }

    /** Escapes all but printable ASCII, so that what others send can neither forge a line nor colour a terminal. */
    private static String plain(String value) {
        StringBuilder out = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c > ' ' && c < 0x7f && c != '\\') {
                out.append(c);
            } else {
                out.append(String.format("\\u%04x", (int) c));
            }
        }
        return out.toString();
    }
}
