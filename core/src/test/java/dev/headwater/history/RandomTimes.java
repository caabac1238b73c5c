package dev.headwater.history;

import dev.headwater.history.RandomRooms.Drawn;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Times for random rooms: as clocks give them, with pauses, with ties, off by hours, and lies of every size. */
final class RandomTimes {
    private static final long NOW = 1_700_000_000_000L;
    private static final long HOUR = 3_600_000;

    private RandomTimes() {}

    static Drawn of(Drawn drawn, Random random) {
        int lieOneOf = random.nextInt(4) == 0 ? 2 : 4 + random.nextInt(60);
        long step = 1L << random.nextInt(28);
        long now = NOW;
        List<NewEvent> events = new ArrayList<>();
        for (NewEvent event : drawn.events()) {
            now += random.nextInt(40) == 0 ? 72 * HOUR : random.nextLong(step);
            events.add(at(random.nextInt(lieOneOf) == 0 ? lie(random, now) : now, event));
        }
        return new Drawn(drawn.seed(), drawn.honest(), List.copyOf(events));
    }

    private static long lie(Random random, long now) {
        return switch (random.nextInt(9)) {
            case 0 -> 0;
            case 1 -> -1 - random.nextInt(5);
            case 2 -> Long.MIN_VALUE + random.nextInt(2);
            case 3 -> Long.MAX_VALUE - random.nextInt(2);
            case 4 -> TimeRun.LATEST - 2 + random.nextInt(5);
            case 5 -> (1L << 53) - 1;
            case 6 -> random.nextLong();
            case 7 -> now + (random.nextInt(49) - 24) * HOUR;
            default -> random.nextLong(2 * NOW);
        };
    }

    private static NewEvent at(long ts, NewEvent event) {
        return new NewEvent(
                event.id(),
                event.sender(),
                event.depth(),
                ts,
                event.kind(),
                event.silent(),
                event.redacts(),
                event.redactsAllOf(),
                event.prevEvents(),
                event.body());
    }
}
