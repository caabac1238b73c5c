package dev.headwater.redis;

import dev.headwater.history.Gap;
import dev.headwater.history.Mark;
import dev.headwater.history.Place;
import dev.headwater.history.RoomHead;
import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import java.util.ArrayList;
import java.util.List;

/** A room's head, places, gaps and ACLs as bytes. The encodings stand in docs/storage-schema.md. */
final class RoomCodec {
    private static final int HEAD_FORMAT = 5;
    private static final int FORMAT = 1;
    private static final int LAZY_EDGES = 1;
    private static final int RESTATING = 2;
    private static final int MARKING_SENDERS = 4;
    private static final int COMPLETE = 1;

    private RoomCodec() {}

    /** The head from its version on: what stands before it is the script's. */
    static byte[] encodeHead(RoomHead head) {
        return new RecordWriter(64)
                .u64(head.version())
                .raw(shortText(head.room()))
                .u8(head.roomVersion().ordinal() + 1)
                .u8((head.lazyEdges() ? LAZY_EDGES : 0)
                        | (head.restating() ? RESTATING : 0)
                        | (head.markingSenders() ? MARKING_SENDERS : 0))
                .unsigned(head.raises())
                .signed(head.sweepFrom())
                .signed(head.judgeFrom())
                .signed(head.sealFrom())
                .unsigned(head.bodyChanges())
                .unsigned(head.lastStateChunk())
                .unsigned(head.events())
                .toBytes();
    }

    /** A room's ID behind one byte of length. */
    static byte[] shortText(RoomId room) {
        return new RecordWriter(64).text8(room.value()).toBytes();
    }

    static StoredHead decodeHead(byte[] bytes) {
        var in = new RecordReader(bytes);
        in.format(HEAD_FORMAT);
        long entries = Integer.toUnsignedLong(in.u32());
        long version = in.u64();
        RoomId room = new RoomId(in.text8());
        int roomVersion = in.u8();
        if (roomVersion < 1 || roomVersion > RoomVersion.values().length) {
            throw in.unreadable("room version " + roomVersion);
        }
        int flags = in.u8();
        long raises = in.unsigned();
        long sweepFrom = in.signed();
        long judgeFrom = in.signed();
        long sealFrom = in.signed();
        long bodyChanges = in.unsigned();
        var head = new RoomHead(
                room,
                RoomVersion.values()[roomVersion - 1],
                version,
                raises,
                (flags & LAZY_EDGES) != 0,
                sweepFrom,
                (flags & RESTATING) != 0,
                judgeFrom,
                (flags & MARKING_SENDERS) != 0,
                sealFrom,
                bodyChanges,
                in.unsigned(),
                in.unsigned());
        in.end();
        return new StoredHead(head, entries);
    }

    static byte[] encodePlace(Place place) {
        return place(new RecordWriter(8), place).toBytes();
    }

    static Place decodePlace(byte[] bytes) {
        var in = new RecordReader(bytes);
        Place place = place(in);
        in.end();
        return place;
    }

    static byte[] encodeGap(Gap gap) {
        var out = new RecordWriter(16 + 8 * gap.children().size())
                .u8(FORMAT)
                .u8(gap.complete() ? COMPLETE : 0)
                .signed(gap.lowestChild())
                .unsigned(gap.children().size());
        gap.children().forEach(child -> place(out, child));
        return out.toBytes();
    }

    static Gap decodeGap(byte[] bytes) {
        var in = new RecordReader(bytes);
        in.format(FORMAT);
        boolean complete = (in.u8() & COMPLETE) != 0;
        long lowestChild = in.signed();
        int count = in.count();
        List<Place> children = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            children.add(place(in));
        }
        in.end();
        return new Gap(lowestChild, children, complete);
    }

    static byte[] encodeMark(Mark mark) {
        return new RecordWriter(16)
                .u8(FORMAT)
                .unsigned(mark.undecided())
                .signed(mark.lowest())
                .toBytes();
    }

    static Mark decodeMark(byte[] bytes) {
        var in = new RecordReader(bytes);
        in.format(FORMAT);
        Mark mark = new Mark(in.unsigned(), in.signed());
        in.end();
        return mark;
    }

    static byte[] encodeAcls(List<String> acls) {
        var out = new RecordWriter(256).u8(FORMAT).unsigned(acls.size());
        acls.forEach(out::text);
        return out.toBytes();
    }

    static List<String> decodeAcls(byte[] bytes) {
        var in = new RecordReader(bytes);
        in.format(FORMAT);
        int count = in.count();
        List<String> acls = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            acls.add(in.text());
        }
        in.end();
        return acls;
    }

    private static RecordWriter place(RecordWriter out, Place place) {
        return out.signed(place.page().bucket()).unsigned(place.page().part()).unsigned(place.slot());
    }

    private static Place place(RecordReader in) {
        return Place.of(in.signed(), in.size(), in.size());
    }

    /**
     * A head as it is stored.
     *
     * @param entries how many events the index holds, which decides how many shards it has
     */
    record StoredHead(RoomHead head, long entries) {}
}
