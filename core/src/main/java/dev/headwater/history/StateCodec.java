package dev.headwater.history;

import dev.headwater.history.Subtree.Branch;
import dev.headwater.history.Subtree.Leaf;
import dev.headwater.history.Subtree.StateNode;
import dev.headwater.id.EventId;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** State nodes as bytes. The encoding stands in docs/storage-schema.md. */
final class StateCodec {
    private static final int BRANCH = 0x40;
    private static final int NOT_STORED = 0x80;

    private StateCodec() {}

    /** @param children where the children of a branch lie */
    static byte[] encode(StateNode node, long chunk, long[] children) {
        var out = new ByteArrayOutputStream(256);
        if (node instanceof Leaf leaf) {
            leaf(out, leaf);
        } else {
            branch(out, (Branch) node, chunk, children);
        }
        return out.toByteArray();
    }

    private static void leaf(ByteArrayOutputStream out, Leaf leaf) {
        out.write(leaf.entries.length);
        byte[] last = new byte[StateKey.BYTES];
        for (StateEntry entry : leaf.entries) {
            boolean notStored = entry.event() != null;
            out.write(entry.facts() | (notStored ? NOT_STORED : 0));
            byte[] key = bytes(entry.key());
            int shared = Math.max(0, Arrays.mismatch(last, key));
            out.write(shared);
            out.write(key, shared, key.length - shared);
            last = key;
            Place place = entry.place();
            EventId event = entry.event();
            if (event != null) {
                byte[] id = event.value().getBytes(StandardCharsets.UTF_8);
                unsigned(out, id.length);
                out.writeBytes(id);
            } else if (place != null) {
                long bucket = place.page().bucket();
                unsigned(out, bucket << 1 ^ bucket >> 63);
                unsigned(out, place.page().part());
                out.write(place.slot());
            }
        }
    }

    private static void branch(ByteArrayOutputStream out, Branch branch, long chunk, long[] children) {
        out.write(BRANCH);
        out.write(branch.depth);
        out.write(bytes(branch.prefix), 0, prefixBytes(branch.depth));
        out.write(branch.digits >>> 8);
        out.write(branch.digits);
        for (int i = 0; i < children.length; i++) {
            StateRoot child = new StateRoot(children[i]);
            out.write(branch.facts[i]);
            unsigned(out, chunk - child.chunk());
            unsigned(out, child.offset());
        }
    }

    /** @throws IllegalStateException if no node begins there */
    static StateNode decode(byte[] chunk, StateRoot address) {
        try {
            ByteBuffer in = ByteBuffer.wrap(chunk).position(address.offset());
            int kind = in.get() & 0xff;
            if (kind == BRANCH) {
                return branch(in, address.chunk());
            }
            if (kind <= Leaf.MAX_ENTRIES) {
                return leaf(in, kind);
            }
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalStateException("no state node begins at " + address, e);
        }
        throw new IllegalStateException("no state node begins at " + address);
    }

    private static Leaf leaf(ByteBuffer in, int count) {
        StateEntry[] entries = new StateEntry[count];
        byte[] key = new byte[StateKey.BYTES];
        for (int i = 0; i < count; i++) {
            int facts = in.get() & 0xff;
            int shared = in.get();
            in.get(key, shared, key.length - shared);
            if ((facts & NOT_STORED) != 0) {
                byte[] id = new byte[length(in)];
                in.get(id);
                EventId event = EventId.parse(new String(id, StandardCharsets.UTF_8));
                entries[i] = new StateEntry(key(key), null, event, facts & ~NOT_STORED);
            } else if ((facts & StateFacts.CONFLICTED) != 0) {
                entries[i] = new StateEntry(key(key), null, null, facts);
            } else {
                long bucket = unsigned(in);
                Place place = Place.of(bucket >>> 1 ^ -(bucket & 1), (int) unsigned(in), in.get());
                entries[i] = new StateEntry(key(key), place, null, facts);
            }
        }
        return new Leaf(entries);
    }

    private static Branch branch(ByteBuffer in, long chunk) {
        int depth = in.get();
        byte[] prefix = new byte[StateKey.BYTES];
        in.get(prefix, 0, prefixBytes(depth));
        int digits = in.getShort() & 0xffff;
        Subtree[] children = new Subtree[Integer.bitCount(digits)];
        int[] facts = new int[children.length];
        for (int i = 0; i < children.length; i++) {
            facts[i] = in.get() & 0xff;
            long of = chunk - unsigned(in);
            children[i] =
                    new Subtree.Stored(StateRoot.at(of, (int) unsigned(in)).address());
        }
        return new Branch(depth, key(prefix), digits, children, facts);
    }

    private static int length(ByteBuffer in) {
        long length = unsigned(in);
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        return (int) length;
    }

    private static int prefixBytes(int depth) {
        return (depth + 1) / 2;
    }

    private static byte[] bytes(StateKey key) {
        return ByteBuffer.allocate(StateKey.BYTES)
                .putLong(key.group())
                .putInt(key.groupTail())
                .putLong(key.key())
                .array();
    }

    private static StateKey key(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new StateKey(in.getLong(), in.getInt(), in.getLong());
    }

    private static void unsigned(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static long unsigned(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than 64 bits");
    }
}
