package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headwater.history.PageId;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The names of all keys of one room, and of those that belong to no room. This is the one place that knows them.
 *
 * <p>All keys of a room stand in one slot of a cluster. The hash tag is a hash, so that no room ID can choose its slot.
 *
 * <pre>
 * hw1:{room}:h         string   head: ID, version, counters
 * hw1:{room}:t         string   tokens of the last publications
 * hw1:{room}:b         zset     which pages exist, by name
 * hw1:{room}:o:B.K     string   side page of bucket B, part K
 * hw1:{room}:p:B.K     string   body page, the same
 * hw1:{room}:i:N       hash     index, shard N: event → place
 * hw1:{room}:g         hash     gaps by missing event
 * hw1:{room}:k         hash     marks by event, stored or not; redacted senders
 * hw1:{room}:y         zset     pages by the times of their events
 * hw1:{room}:x:N       string   chunk N of state nodes
 * hw1:{room}:s         hash     confirmed current state: servers with a joined user; ACLs
 * hw1:r:X              zset     rooms of which the hash begins with the hexadecimal digit X
 * hw1:{eX}:n           string   how many events stand in the next
 * hw1:{eX}:i:N         hash     index of events of all rooms, part X, shard N: event → room
 * </pre>
 */
final class RedisKeys {
    /** The hexadecimal digits of the lists of rooms. */
    static final String ROOM_LISTS = "0123456789abcdef";

    /** Bytes of a room's hash that stand for it. */
    static final int TAG_BYTES = 8;

    /** Bytes of an event ID's hash that stand for it in hashes. */
    static final int FIELD_BYTES = 12;

    /** Entries of an index for each of its shards; as index.lua says. */
    private static final int ENTRIES_A_SHARD = 64;

    private static final int MEMBER_BYTES = 12;
    private static final String SCHEMA = "hw1:";

    private final String tag;
    private final String prefix;

    RedisKeys(RoomId room) {
        this(sha256(room.value()));
    }

    /** @param hash of a room's ID, or what stands for it */
    RedisKeys(byte[] hash) {
        tag = HexFormat.of().formatHex(hash, 0, TAG_BYTES);
        prefix = SCHEMA + "{" + tag + "}:";
    }

    byte[] head() {
        return key("h");
    }

    byte[] tokens() {
        return key("t");
    }

    byte[] pages() {
        return key("b");
    }

    byte[] gaps() {
        return key("g");
    }

    byte[] marks() {
        return key("k");
    }

    byte[] times() {
        return key("y");
    }

    byte[] stateChunk(long number) {
        return key("x:" + number);
    }

    byte[] admission() {
        return key("s");
    }

    byte[] bodies(PageId page) {
        return key("p:" + page.bucket() + "." + page.part());
    }

    byte[] side(PageId page) {
        return key("o:" + page.bucket() + "." + page.part());
    }

    /** What stands before the bucket in the name of a side page. */
    byte[] sidePrefix() {
        return key("o:");
    }

    byte[] index(long shard) {
        return key("i:" + shard);
    }

    /** What stands before the number in the name of an index shard. */
    byte[] indexPrefix() {
        return key("i:");
    }

    /** What stands for the room among all rooms. */
    byte[] tag() {
        return HexFormat.of().parseHex(tag);
    }

    byte[] roomList() {
        return roomList(tag.charAt(0));
    }

    static byte[] roomList(char digit) {
        return (SCHEMA + "r:" + digit).getBytes(US_ASCII);
    }

    /** @param part a hexadecimal digit */
    static byte[] ofEvents(String part, String rest) {
        return (SCHEMA + "{e" + part + "}:" + rest).getBytes(US_ASCII);
    }

    /** The field that stands for an event in the index, the gaps and the marks. */
    static byte[] field(EventId event) {
        return Arrays.copyOf(sha256(event.value()), FIELD_BYTES);
    }

    /** A page's name in the list of pages: sorts by bytes as pages do. */
    static byte[] member(PageId page) {
        return ByteBuffer.allocate(MEMBER_BYTES)
                .putLong(page.bucket() ^ Long.MIN_VALUE)
                .putInt(page.part())
                .array();
    }

    static PageId page(byte[] member) {
        if (member.length != MEMBER_BYTES) {
            throw new UnreadableRecordException("a page's name of " + member.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(member);
        return new PageId(in.getLong() ^ Long.MIN_VALUE, in.getInt());
    }

    /** How many shards an index of so many entries has; as index.lua says. */
    static long shards(long entries) {
        return 1 + entries / ENTRIES_A_SHARD;
    }

    /** In which index shard an event stands while the index holds so many entries; as index.lua says. */
    static long shard(byte[] field, long entries) {
        long shards = shards(entries);
        long low = Long.highestOneBit(shards);
        long at = Integer.toUnsignedLong(ByteBuffer.wrap(field).getInt()) % (2 * low);
        return at >= shards ? at - low : at;
    }

    static List<byte[]> fields(List<EventId> events) {
        return events.stream().map(RedisKeys::field).toList();
    }

    private byte[] key(String rest) {
        return (prefix + rest).getBytes(US_ASCII);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
