package dev.headwater.redis;

import dev.headwater.history.Edge;
import dev.headwater.history.EventKind;
import dev.headwater.history.PageId;
import dev.headwater.history.Place;
import dev.headwater.history.Redacted;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.history.StateAround;
import dev.headwater.history.StateRoot;
import dev.headwater.history.Visibility;
import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.List;

/** Side pages as bytes. The encoding stands in docs/storage-schema.md. */
final class PageCodec {
    private static final int FORMAT = 3;
    private static final int SEALED = 1;
    /** Written as positions in these lists: append to them, never reorder. */
    private static final List<EventKind> KINDS = List.of(
            EventKind.ORDINARY,
            EventKind.CREATE,
            EventKind.OPENS_HISTORY,
            EventKind.RESTRICTS_HISTORY,
            EventKind.MEMBERSHIP,
            EventKind.SERVER_ACL,
            EventKind.STATE,
            EventKind.OTHER_HISTORY);

    private static final List<Visibility> VISIBILITIES = List.of(
            Visibility.UNKNOWN,
            Visibility.OPEN,
            Visibility.INVITED,
            Visibility.JOINED,
            Visibility.PERHAPS_INVITED,
            Visibility.PERHAPS_JOINED);
    private static final int KIND = 0xf;
    private static final int SILENT = 1 << 4;
    private static final int MARKED = 1 << 5;
    private static final int BODY_APART = 1 << 6;
    private static final int REDACTED_FOR_GOOD = 1 << 7;
    // The second byte of flags.
    private static final int VISIBILITY = 0x7;
    private static final int ANCHORED = 1 << 3;
    private static final int BEFORE_CONTINUES = 1 << 4;
    private static final int BEFORE_SAID = 1 << 5;
    private static final int AFTER_SAID = 1 << 6;
    private static final int UNDECIDED = 1 << 7;

    private static final int EDGE_WITHIN = 0;
    private static final int EDGE_TO_PAGE = 1;
    private static final int EDGE_UNKNOWN = 2;
    private static final int EDGE_SEVERED = 3;

    private PageCodec() {}

    static byte[] encode(SidePage page) {
        long lowest = page.id().bucket() * PageId.LEVELS;
        long lastTs = 0;
        int bodyEnd = 0;
        StateRoot state = StateRoot.UNKNOWN;
        var out = new RecordWriter(16 + 64 * page.sides().size());
        out.u8(FORMAT).u8(page.sealed() ? SEALED : 0).unsigned(page.sides().size());
        for (Side side : page.sides()) {
            boolean apart = side.bodyOffset() != bodyEnd;
            out.u8(KINDS.indexOf(side.kind())
                    | (side.silent() ? SILENT : 0)
                    | (side.marked() ? MARKED : 0)
                    | (side.redacted() == Redacted.FOR_GOOD ? REDACTED_FOR_GOOD : 0)
                    | (apart ? BODY_APART : 0));
            state = state(out, side, state);
            out.eventId(side.id());
            out.signed(side.correctedDepth() - lowest);
            out.signed(side.originServerTs() - lastTs);
            out.unsigned(side.bodyLength());
            if (apart) {
                out.unsigned(side.bodyOffset());
            }
            out.unsigned(side.parents().size());
            side.parents().forEach(parent -> edge(out, page.id(), parent));
            lastTs = side.originServerTs();
            bodyEnd = side.bodyOffset() + side.bodyLength();
        }
        return out.toBytes();
    }

    /** @throws UnreadableRecordException if {@code bytes} are not a side page */
    static SidePage decode(PageId id, byte[] bytes) {
        long lowest = id.bucket() * PageId.LEVELS;
        long lastTs = 0;
        int bodyEnd = 0;
        StateRoot state = StateRoot.UNKNOWN;
        var in = new RecordReader(bytes);
        in.format(FORMAT);
        boolean sealed = sealed(in);
        int count = in.count();
        List<Side> sides = new ArrayList<>(count);
        for (int slot = 0; slot < count; slot++) {
            int flags = in.u8();
            int more = in.u8();
            StateAround around = state(in, more, state);
            state = around.after();
            EventId event = in.eventId();
            long depth = in.signed() + lowest;
            lastTs += in.signed();
            int bodyLength = in.size();
            int bodyOffset = (flags & BODY_APART) != 0 ? in.size() : bodyEnd;
            bodyEnd = bodyOffset + bodyLength;
            if (bodyEnd < 0) {
                throw in.unreadable("a body that ends at 2^31 or later");
            }
            sides.add(new Side(
                    event,
                    depth,
                    lastTs,
                    named(in, KINDS, flags & KIND),
                    named(in, VISIBILITIES, more & VISIBILITY),
                    around,
                    (flags & SILENT) != 0,
                    (flags & REDACTED_FOR_GOOD) != 0
                            ? Redacted.FOR_GOOD
                            : (flags & MARKED) != 0 ? Redacted.ASKED : Redacted.NO,
                    (more & UNDECIDED) != 0,
                    edges(in, id),
                    bodyOffset,
                    bodyLength));
        }
        in.end();
        return new SidePage(id, sides, sealed);
    }

    private static boolean sealed(RecordReader in) {
        int flags = in.u8();
        if ((flags & ~SEALED) != 0) {
            throw in.unreadable("a page with the flags " + flags);
        }
        return flags != 0;
    }

    /** Says as little as possible: most events are no state and follow the one in the slot before. */
    private static StateRoot state(RecordWriter out, Side side, StateRoot last) {
        StateRoot before = side.state().before();
        StateRoot after = side.state().after();
        boolean continues = before.equals(last);
        boolean said = !continues && before.isKnown();
        boolean afterSaid = !after.equals(before);
        out.u8(VISIBILITIES.indexOf(side.visibility())
                | (side.state().anchored() ? ANCHORED : 0)
                | (continues ? BEFORE_CONTINUES : 0)
                | (said ? BEFORE_SAID : 0)
                | (afterSaid ? AFTER_SAID : 0)
                | (side.undecided() ? UNDECIDED : 0));
        if (said) {
            out.signed(before.address() - last.address());
        }
        if (afterSaid) {
            out.signed(after.address() - before.address());
        }
        return after;
    }

    private static StateAround state(RecordReader in, int flags, StateRoot last) {
        StateRoot before = (flags & BEFORE_SAID) != 0
                ? new StateRoot(last.address() + in.signed())
                : (flags & BEFORE_CONTINUES) != 0 ? last : StateRoot.UNKNOWN;
        StateRoot after = (flags & AFTER_SAID) != 0 ? new StateRoot(before.address() + in.signed()) : before;
        boolean anchored = (flags & ANCHORED) != 0;
        return !anchored && !before.isKnown() && !after.isKnown()
                ? StateAround.UNKNOWN
                : new StateAround(before, after, anchored);
    }

    private static void edge(RecordWriter out, PageId from, Edge edge) {
        if (edge instanceof Edge.Known known) {
            Place to = known.place();
            if (to.page().equals(from)) {
                out.unsigned((long) to.slot() << 2 | EDGE_WITHIN);
            } else {
                out.unsigned(EDGE_TO_PAGE)
                        .signed(to.page().bucket() - from.bucket())
                        .unsigned(to.page().part())
                        .unsigned(to.slot());
            }
        } else if (edge instanceof Edge.Unknown unknown) {
            out.unsigned(EDGE_UNKNOWN).eventId(unknown.id());
        } else if (edge instanceof Edge.Severed severed) {
            out.unsigned(EDGE_SEVERED).eventId(severed.id());
        }
    }

    private static List<Edge> edges(RecordReader in, PageId from) {
        int count = in.count();
        List<Edge> edges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int head = in.size();
            int form = head & 3;
            if (form != EDGE_WITHIN && head != form) {
                throw in.unreadable("an edge of form " + head);
            }
            edges.add(
                    switch (form) {
                        case EDGE_WITHIN -> new Edge.Known(new Place(from, head >>> 2));
                        case EDGE_TO_PAGE ->
                            new Edge.Known(Place.of(from.bucket() + in.signed(), in.size(), in.size()));
                        case EDGE_UNKNOWN -> new Edge.Unknown(in.eventId());
                        default -> new Edge.Severed(in.eventId());
                    });
        }
        return edges;
    }

    private static <T> T named(RecordReader in, List<T> names, int code) {
        if (code >= names.size()) {
            throw in.unreadable("code " + code + " where " + names + " are known");
        }
        return names.get(code);
    }
}
