package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headwater.history.PageId;
import io.lettuce.core.Range;
import java.util.List;

/** Stretches of a room's list of pages. */
final class PageListRange {
    private PageListRange() {}

    /** All parts of a bucket. */
    static Range<byte[]> of(long bucket) {
        return Range.create(
                RedisKeys.member(new PageId(bucket, 0)), RedisKeys.member(new PageId(bucket, Integer.MAX_VALUE)));
    }

    static Range<byte[]> from(PageId first) {
        return Range.from(Range.Boundary.including(RedisKeys.member(first)), Range.Boundary.unbounded());
    }

    /** A bucket's number and the ends of its stretch, as last-pages.lua takes them. */
    static List<byte[]> lexArguments(long bucket) {
        return List.of(
                decimal(bucket), including(new PageId(bucket, 0)), including(new PageId(bucket, Integer.MAX_VALUE)));
    }

    static byte[] decimal(long value) {
        return Long.toString(value).getBytes(US_ASCII);
    }

    private static byte[] including(PageId page) {
        return new RecordWriter(16).u8('[').raw(RedisKeys.member(page)).toBytes();
    }
}
