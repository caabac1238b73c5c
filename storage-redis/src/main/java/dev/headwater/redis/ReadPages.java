package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headwater.history.Gap;
import dev.headwater.history.Mark;
import dev.headwater.history.Page;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.Place;
import dev.headwater.history.RoomHead;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.history.Tally;
import dev.headwater.history.WriteBasis;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import io.lettuce.core.KeyValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the answers to reads of heads and pages mean. */
final class ReadPages {
    private static final byte[] NO_BODIES = {};

    private ReadPages() {}

    static List<byte[]> values(List<KeyValue<byte[], byte[]>> answer) {
        List<byte[]> values = new ArrayList<>(answer.size());
        answer.forEach(value -> values.add(value.getValueOrElse(null)));
        return values;
    }

    /** The head of this very room; null if it is not stored, also if another room has the same keys. */
    static @Nullable RoomHead head(RoomId room, byte @Nullable [] stored) {
        if (stored == null) {
            return null;
        }
        RoomHead head = RoomCodec.decodeHead(stored).head();
        return head.room().equals(room) ? head : null;
    }

    /**
     * What was asked for without bodies.
     *
     * @param values the head, the sides
     */
    static @Nullable Pages plan(RoomId room, List<PageId> ids, List<byte[]> values) {
        return asked(room, ids, values, 1, (side, i) -> NO_BODIES);
    }

    /**
     * What was asked for with bodies.
     *
     * @param values the head, the bodies, the sides
     */
    static @Nullable Pages window(RoomId room, List<PageId> ids, SealedBodies sealed, List<byte[]> values) {
        return asked(room, ids, values, 1 + ids.size(), (side, i) -> bodies(side, values.get(1 + i), sealed));
    }

    private interface Bodies {
        byte[] of(SidePage side, int i);
    }

    private static @Nullable Pages asked(
            RoomId room, List<PageId> ids, List<byte[]> values, int firstSide, Bodies bodies) {
        RoomHead head = head(room, values.get(0));
        if (head == null) {
            return null;
        }
        Map<PageId, Page> pages = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            byte[] side = values.get(firstSide + i);
            if (side != null) {
                SidePage decoded = PageCodec.decode(ids.get(i), side);
                pages.put(ids.get(i), new Page(decoded, bodies.of(decoded, i)));
            }
        }
        return new Pages(head, pages);
    }

    private static byte[] bodies(SidePage page, byte @Nullable [] stored, SealedBodies sealed) {
        byte[] there = stored == null ? NO_BODIES : stored;
        byte[] bodies = page.sealed() ? sealed.open(there) : there;
        requireWithin(page, bodies.length);
        return bodies;
    }

    /** @param values the head, then for each bucket the name of its last page and that page's side */
    static @Nullable Pages last(RoomId room, List<byte[]> values) {
        RoomHead head = head(room, values.get(0));
        if (head == null) {
            return null;
        }
        Map<PageId, Page> pages = new HashMap<>();
        for (int i = 1; i + 1 < values.size(); i += 2) {
            if (values.get(i) != null) {
                PageId id = RedisKeys.page(values.get(i));
                pages.put(id, new Page(PageCodec.decode(id, values.get(i + 1)), NO_BODIES));
            }
        }
        return new Pages(head, pages);
    }

    /** @param values the head, then the chunks */
    static @Nullable Map<Long, byte[]> stateChunks(RoomId room, List<Long> numbers, List<byte[]> values) {
        if (head(room, values.get(0)) == null) {
            return null;
        }
        Map<Long, byte[]> chunks = new HashMap<>();
        for (int i = 0; i < numbers.size(); i++) {
            byte[] nodes = values.get(1 + i);
            if (nodes != null) {
                chunks.put(numbers.get(i), nodes);
            }
        }
        return chunks;
    }

    /** @param values the head, then the numbers as text */
    static @Nullable Tally tally(RoomId room, List<byte[]> values) {
        return head(room, values.get(0)) == null
                ? null
                : new Tally(number(values.get(1)), number(values.get(2)), number(values.get(3)), number(values.get(4)));
    }

    /** @param values the head, then of each asked event its place, its gap and its mark, kind by kind */
    static WriteBasis basis(@Nullable RoomHead head, RoomHead ifAbsent, List<EventId> ids, List<byte[]> values) {
        if (head == null && values.get(0) != null) {
            throw new UnreadableRecordException("another room has the same keys as " + ifAbsent.room());
        }
        Map<EventId, Gap> gaps = new HashMap<>();
        Map<EventId, Mark> marks = new HashMap<>();
        Set<UserId> redactedSenders = new HashSet<>();
        for (int i = 0; i < ids.size(); i++) {
            byte[] gap = values.get(1 + ids.size() + i);
            if (gap != null) {
                gaps.put(ids.get(i), RoomCodec.decodeGap(gap));
            }
            byte[] mark = values.get(1 + 2 * ids.size() + i);
            if (mark != null && ids.get(i).value().startsWith("@")) {
                redactedSenders.add(new UserId(ids.get(i).value()));
            } else if (mark != null) {
                marks.put(ids.get(i), RoomCodec.decodeMark(mark));
            }
        }
        return new WriteBasis(head == null ? ifAbsent : head, places(ids, values), gaps, marks, redactedSenders);
    }

    /** @param values the head, then of each asked event its place */
    static Map<EventId, Place> places(List<EventId> ids, List<byte[]> values) {
        Map<EventId, Place> places = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            byte[] place = values.get(1 + i);
            if (place != null) {
                places.put(ids.get(i), RoomCodec.decodePlace(place));
            }
        }
        return places;
    }

    private static long number(byte[] text) {
        return Long.parseLong(new String(text, US_ASCII));
    }

    private static void requireWithin(SidePage page, int bodies) {
        for (Side side : page.sides()) {
            if (side.bodyOffset() + side.bodyLength() > bodies) {
                throw new UnreadableRecordException(
                        "the body of " + side.id() + " ends behind its page of " + bodies + " bytes");
            }
        }
    }
}
