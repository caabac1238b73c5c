package dev.headwater.redis;

import dev.headwater.history.TimeDirection;
import dev.headwater.history.TimeRun;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.ScoredValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * The store's reads as commands of one key each, for the time in which a room's slot moves from node to node: Redis then
 * refuses commands of several keys, and Lettuce follows each single key to where it is.
 *
 * <p>Each answers what the script or the MGET that it stands in for would answer. That all of it is of one moment is made
 * sure by reading the head before and after: every publication changes it.
 */
final class SingleKeyReads {
    private static final int AT_ONCE = 64;
    private static final int ATTEMPTS = 20;

    private final RedisLink link;

    SingleKeyReads(RedisLink link) {
        this.link = link;
    }

    /** In place of locate.lua. */
    Mono<List<byte[]>> locate(RedisKeys keys, List<byte[]> fields, boolean writer) {
        return ofOneMoment(keys.head(), head -> {
            long entries = head == null ? 0 : RoomCodec.decodeHead(head).entries();
            Mono<List<byte[]>> places = entries == 0
                    ? Mono.fromSupplier(() -> new ArrayList<>(Arrays.asList(new byte[fields.size()][])))
                    : each(
                            fields,
                            field ->
                                    link.send(redis -> redis.hget(keys.index(RedisKeys.shard(field, entries)), field)));
            if (head == null && !writer) {
                return Mono.just(List.of());
            }
            return writer
                    ? joined(List.of(
                            places,
                            each(fields, field -> link.send(redis -> redis.hget(keys.gaps(), field))),
                            each(fields, field -> link.send(redis -> redis.hget(keys.marks(), field)))))
                    : places;
        });
    }

    /** In place of last-pages.lua. */
    Mono<List<byte[]>> lastPages(RedisKeys keys, List<Long> buckets) {
        return ofOneMoment(
                keys.head(),
                head -> each(
                                buckets,
                                bucket -> link.send(redis -> redis.zrevrangebylex(
                                                keys.pages(), PageListRange.of(bucket), Limit.from(1)))
                                        .flatMap(last -> last.isEmpty() ? Mono.empty() : Mono.just(last.get(0))))
                        .flatMap(members -> each(
                                        members,
                                        member -> member == null
                                                ? Mono.empty()
                                                : link.send(redis -> redis.get(keys.side(RedisKeys.page(member)))))
                                .map(sides -> {
                                    List<byte[]> both = new ArrayList<>();
                                    for (int i = 0; i < members.size(); i++) {
                                        both.add(members.get(i));
                                        both.add(sides.get(i));
                                    }
                                    return both;
                                })));
    }

    /** In place of pages-by-time.lua. */
    Mono<List<byte[]>> runs(RedisKeys keys, long time, TimeDirection direction, int over, int beyond) {
        return ofOneMoment(
                keys.head(),
                head -> Flux.range(0, TimeRun.MAX_BITS + 1)
                        .flatMap(bits -> runs(keys.times(), bits, time, direction, over, beyond), AT_ONCE)
                        .collect(ArrayList::new, (all, run) -> {
                            all.add(run.getValue());
                            all.add(decimal((long) run.getScore()));
                        }));
    }

    /** Those of one length. */
    private Flux<ScoredValue<byte[]>> runs(
            byte[] key, int bits, long time, TimeDirection direction, int over, int beyond) {
        long first = TimeIndex.lowestScore(bits);
        long last = TimeIndex.lowestScore(bits + 1);
        long earliest = first + Math.max(0, time - (1L << bits) + 1);
        Range<Long> around = Range.create(earliest, first + time);
        Range<Long> behind = Range.from(Range.Boundary.including(first), Range.Boundary.excluding(earliest));
        Range<Long> ahead = Range.from(Range.Boundary.excluding(first + time), Range.Boundary.excluding(last));
        return Flux.concat(
                        link.send(redis -> redis.zrangebyscoreWithScores(key, around, Limit.from(over))),
                        direction == TimeDirection.FORWARDS
                                ? link.send(redis -> redis.zrangebyscoreWithScores(key, ahead, Limit.from(beyond)))
                                : link.send(redis -> redis.zrevrangebyscoreWithScores(key, behind, Limit.from(beyond))))
                .flatMapIterable(runs -> runs);
    }

    /** In place of tally.lua. */
    Mono<List<byte[]>> tally(RedisKeys keys) {
        return ofOneMoment(keys.head(), head -> {
            long entries = head == null ? 0 : RoomCodec.decodeHead(head).entries();
            List<Long> shards = new ArrayList<>();
            for (long shard = 0; entries > 0 && shard < RedisKeys.shards(entries); shard++) {
                shards.add(shard);
            }
            // Each shard has an empty field besides.
            Mono<Long> places = Flux.fromIterable(shards)
                    .flatMap(shard -> link.send(redis -> redis.hlen(keys.index(shard))), AT_ONCE)
                    .reduce(0L, Long::sum)
                    .map(fields -> fields - shards.size());
            return Mono.zip(
                            places,
                            link.send(redis -> redis.hlen(keys.gaps())),
                            link.send(redis -> redis.hlen(keys.marks())),
                            link.send(redis -> redis.zcard(keys.times())))
                    .map(all -> new ArrayList<>(List.of(
                            decimal(all.getT1()), decimal(all.getT2()), decimal(all.getT3()), decimal(all.getT4()))));
        });
    }

    private static byte[] decimal(long value) {
        return PageListRange.decimal(value);
    }

    /** In place of an MGET of the head, bodies and sides: the bodies are there before the sides are asked for. */
    Mono<List<byte[]>> pages(byte[] headKey, List<byte[]> bodies, List<byte[]> sides) {
        return ofOneMoment(
                headKey,
                head -> joined(List.of(
                        each(bodies, key -> link.send(redis -> redis.get(key))),
                        each(sides, key -> link.send(redis -> redis.get(key))))));
    }

    private Mono<List<byte[]>> ofOneMoment(byte[] headKey, Function<byte[], Mono<List<byte[]>>> rest) {
        Mono<Optional<byte[]>> head = optional(link.send(redis -> redis.get(headKey)));
        return head.flatMap(before -> rest.apply(before.orElse(null))
                        .flatMap(values -> head.flatMap(after -> {
                            if (!Arrays.equals(before.orElse(null), after.orElse(null))) {
                                return Mono.error(new HeadChangedException());
                            }
                            List<byte[]> all = new ArrayList<>();
                            all.add(after.orElse(null));
                            all.addAll(values);
                            return Mono.just(all);
                        })))
                .retryWhen(Retry.max(ATTEMPTS).filter(HeadChangedException.class::isInstance));
    }

    private static <K> Mono<List<byte[]>> each(List<K> keys, Function<K, Mono<byte[]>> read) {
        return Flux.range(0, keys.size())
                .flatMapSequential(i -> optional(read.apply(keys.get(i))), AT_ONCE)
                .collect(ArrayList::new, (all, value) -> all.add(value.orElse(null)));
    }

    private static Mono<List<byte[]>> joined(List<Mono<List<byte[]>>> parts) {
        return Flux.fromIterable(parts).concatMap(part -> part, 1).collect(ArrayList::new, List::addAll);
    }

    private static Mono<Optional<byte[]>> optional(Mono<byte[]> value) {
        return value.map(Optional::of).defaultIfEmpty(Optional.empty());
    }

    /** Something was published while it was read. */
    private static final class HeadChangedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        HeadChangedException() {
            super("the room changes faster than it can be read key by key");
        }
    }
}
