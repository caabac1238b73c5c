package dev.headwater.loadtest.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of the bench are measured.
 *
 * @param events in the room
 * @param limit events a request
 * @param rounds turns that count
 * @param turn length of one
 * @param connections requests in flight
 * @param warmUp what compiling the measured code may take at most
 * @param seed of the rooms
 * @param only contenders that take part; empty for all
 * @param serverOptions more options of the measured Java machine
 * @param sizes of the rooms that growth is measured by, ascending
 * @param store a prepared store whose room is the largest of them; null for none
 * @param readers slow ones
 * @param longAnswer events in one response
 * @param imported events of the dump that is imported
 */
record Settings(
        int events,
        int limit,
        int rounds,
        Duration turn,
        int connections,
        Duration warmUp,
        long seed,
        List<String> only,
        List<String> serverOptions,
        List<Integer> sizes,
        @Nullable Path store,
        int readers,
        int longAnswer,
        int imported) {
    Settings {
        only = List.copyOf(only);
        serverOptions = List.copyOf(serverOptions);
        sizes = List.copyOf(sizes);
    }

    boolean takesPart(String contender) {
        return only.isEmpty() || only.contains(contender);
    }
}
