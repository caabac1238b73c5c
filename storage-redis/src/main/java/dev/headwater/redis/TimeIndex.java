package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headwater.history.EventStore;
import dev.headwater.history.PageId;
import dev.headwater.history.PagesByTime;
import dev.headwater.history.SidePage;
import dev.headwater.history.TimeDirection;
import dev.headwater.history.TimeRun;
import dev.headwater.id.RoomId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The pages of rooms by the times of their events: of each room a sorted set of runs. A score is the run's length and where
 * it begins, so that of each length those stand together that may reach over some time: they begin little before it.
 */
final class TimeIndex {
    private static final int MEMBER_BYTES = 13;

    private final RedisLink link;
    private final SingleKeyReads singleKeyReads;

    TimeIndex(RedisLink link, SingleKeyReads singleKeyReads) {
        this.link = link;
        this.singleKeyReads = singleKeyReads;
    }

    /** As {@link EventStore#pagesByTime}. */
    Mono<PagesByTime> near(RoomId room, long time, TimeDirection direction, int atLeast) {
        return Mono.defer(() -> {
            var keys = new RedisKeys(room);
            // One more than are wanted tells whether there are more.
            int over = EventStore.MAX_RUNS_OVER + 1;
            Mono<List<byte[]>> byScript = link.list(
                    RedisScript.PAGES_BY_TIME,
                    List.of(keys.head(), keys.times()),
                    List.of(
                            PageListRange.decimal(time),
                            new byte[] {(byte) (direction == TimeDirection.FORWARDS ? 'f' : 'b')},
                            PageListRange.decimal(over),
                            PageListRange.decimal(atLeast)));
            Mono<List<byte[]>> oneByOne = singleKeyReads.runs(keys, time, direction, over, atLeast);
            return link.reading(
                    byScript.mapNotNull(values -> decode(room, time, direction, atLeast, values)),
                    oneByOne.mapNotNull(values -> decode(room, time, direction, atLeast, values)));
        });
    }

    /** @param values the head, then runs and their scores by turns */
    static @Nullable PagesByTime decode(
            RoomId room, long time, TimeDirection direction, int atLeast, List<byte[]> values) {
        var head = ReadPages.head(room, values.get(0));
        if (head == null) {
            return null;
        }
        List<PagesByTime.Near> pages = new ArrayList<>();
        int[] beyond = new int[TimeRun.MAX_BITS + 1];
        int over = 0;
        long within = Long.MAX_VALUE;
        for (int i = 1; i + 1 < values.size(); i += 2) {
            TimeRun run = run(Double.parseDouble(new String(values.get(i + 1), US_ASCII)));
            long distance = run.distance(time, direction);
            pages.add(new PagesByTime.Near(page(values.get(i)), distance));
            if (distance == 0) {
                over++;
            } else if (++beyond[run.bits()] == atLeast) {
                within = Math.min(within, distance);
            }
        }
        return new PagesByTime(head, pages, over > EventStore.MAX_RUNS_OVER ? 0 : within);
    }

    /** As {@link EventStore#timeRuns}. */
    Mono<Map<PageId, List<TimeRun>>> of(RoomId room, Collection<PageId> pages) {
        return Mono.defer(() -> {
            var keys = new RedisKeys(room);
            List<byte[]> members = new ArrayList<>();
            for (PageId page : pages) {
                for (int i = 0; i < TimeRun.MAX_RUNS; i++) {
                    members.add(member(page, i));
                }
            }
            byte[][] asked = members.toArray(byte[][]::new);
            return link.reading(Mono.zip(
                            link.send(redis -> redis.get(keys.head())),
                            link.send(redis -> redis.zmscore(keys.times(), asked)))
                    .mapNotNull(
                            both -> ReadPages.head(room, both.getT1()) == null ? null : runs(members, both.getT2())));
        });
    }

    private static Map<PageId, List<TimeRun>> runs(List<byte[]> members, List<Double> scores) {
        Map<PageId, List<TimeRun>> runs = new HashMap<>();
        for (int i = 0; i < members.size(); i++) {
            List<TimeRun> ofPage = runs.computeIfAbsent(page(members.get(i)), page -> new ArrayList<>());
            Double score = scores.get(i);
            if (score != null) {
                ofPage.add(run(score));
            }
        }
        return runs;
    }

    /**
     * Says what is to change in a room's sorted set for a page as it is now.
     *
     * @param set takes runs and their scores
     * @param drop takes runs that the page may have had before
     */
    static void write(SidePage page, BiConsumer<byte[], byte[]> set, Consumer<byte[]> drop) {
        List<TimeRun> runs = TimeRun.of(page);
        for (int i = 0; i < runs.size(); i++) {
            set.accept(member(page.id(), i), PageListRange.decimal(score(runs.get(i))));
        }
        for (int i = runs.size(); i < TimeRun.MAX_RUNS; i++) {
            drop.accept(member(page.id(), i));
        }
    }

    /** A page's run, counted from 0. */
    static byte[] member(PageId page, int run) {
        return ByteBuffer.allocate(MEMBER_BYTES)
                .put(RedisKeys.member(page))
                .put((byte) run)
                .array();
    }

    private static PageId page(byte[] member) {
        if (member.length != MEMBER_BYTES) {
            throw new UnreadableRecordException("a run's name of " + member.length + " bytes");
        }
        return RedisKeys.page(Arrays.copyOf(member, MEMBER_BYTES - 1));
    }

    /** A whole number below 2^52. */
    static long score(TimeRun run) {
        return lowestScore(run.bits()) + run.from();
    }

    /** That of a run of such a length from the beginning of time on. */
    static long lowestScore(int bits) {
        return (long) bits << TimeRun.MAX_BITS;
    }

    static TimeRun run(double score) {
        long whole = (long) score;
        long bits = whole >>> TimeRun.MAX_BITS;
        if (whole != score || whole < 0 || bits > TimeRun.MAX_BITS) {
            throw new UnreadableRecordException("a run's score of " + score);
        }
        return new TimeRun(whole & TimeRun.LATEST, (int) bits);
    }
}
