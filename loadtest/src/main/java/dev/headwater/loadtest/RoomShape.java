package dev.headwater.loadtest;

import dev.headwater.id.ServerName;
import dev.headwater.room.RoomVersion;
import java.util.List;

/**
 * What a generated room looks like. The same shape gives the same room, byte for byte.
 *
 * @param number tells the rooms of one seed apart, whose servers have the same keys
 * @param events in all, those that found the room included
 * @param servers whose users are in the room; the first founds it
 * @param branches chains that run beside each other from the founding on and are never merged
 * @param forks the share of events that ignore their chain's newest event, so that two stand side by side until the next
 *     event merges them
 * @param lies the share of events that claim the greatest possible depth
 * @param meanText the mean length of a message's text; lengths are exponentially distributed
 */
public record RoomShape(
        long seed,
        int number,
        int events,
        RoomVersion version,
        List<ServerName> servers,
        int branches,
        double forks,
        double lies,
        int meanText) {
    /** Events that an {@linkplain #ordinary ordinary} room has at least. */
    public static final int FEWEST = 8;

    public RoomShape {
        servers = List.copyOf(servers);
        if (servers.isEmpty() || branches < 1 || events < servers.size() + 4 + branches) {
            throw new IllegalArgumentException(
                    "a room needs a server, a branch, and an event for each step of its founding");
        }
    }

    /** One chain with five forks in a hundred events of some 850 bytes each, of the newest version but one. */
    public static RoomShape ordinary(long seed, int events) {
        return new RoomShape(
                seed,
                0,
                events,
                RoomVersion.V11,
                List.of(
                        ServerName.parse("rill.example"),
                        ServerName.parse("ford.example"),
                        ServerName.parse("weir.example")),
                1,
                0.05,
                0,
                240);
    }

    /** The same in another room. */
    public RoomShape withNumber(int other) {
        return new RoomShape(seed, other, events, version, servers, branches, forks, lies, meanText);
    }

    public RoomShape withBranches(int count) {
        return new RoomShape(seed, number, events, version, servers, count, forks, lies, meanText);
    }
}
