package dev.headwater.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Works out which bytes of a body page are to change, or what a sealed one is to be, so that some of its events are left
 * redacted, and nothing is left of what the page held besides its events. A redacted copy begins where the full one did. This is the one place that knows
 * how a body goes.
 */
final class BodyErasure {
    /** Changes that lie so close are made as one: each costs about as many bytes besides. */
    private static final int NEAR = 32;

    private final Page page;
    private final Map<Integer, byte[]> shorter = new HashMap<>();

    BodyErasure(Page page) {
        this.page = page;
    }

    /**
     * Has the body of an event replaced.
     *
     * @throws IllegalArgumentException if {@code body} is longer than the one that is there: canonical JSON with some of its
     *     members is not
     */
    void replace(int slot, byte[] body) {
        Side side = page.side().sides().get(slot);
        if (body.length > side.bodyLength()) {
            throw new IllegalArgumentException("the redacted copy of " + side.id() + " has " + body.length
                    + " bytes; expected " + side.bodyLength() + " at most");
        }
        shorter.put(slot, body);
    }

    /** The page as a whole, to where its last event ended. */
    byte[] whole() {
        return after(page.side().bodyEnd());
    }

    private byte[] after(int length) {
        byte[] before = page.bodies();
        byte[] after = new byte[length];
        List<Side> sides = page.side().sides();
        for (int slot = 0; slot < sides.size(); slot++) {
            Side side = sides.get(slot);
            byte[] body = shorter.get(slot);
            if (body == null) {
                System.arraycopy(before, side.bodyOffset(), after, side.bodyOffset(), side.bodyLength());
            } else {
                System.arraycopy(body, 0, after, side.bodyOffset(), body.length);
            }
        }
        return after;
    }

    List<BodyChange> changes() {
        byte[] before = page.bodies();
        byte[] after = after(before.length);
        List<BodyChange> changes = new ArrayList<>();
        int from = Arrays.mismatch(before, after);
        while (from >= 0) {
            int end = from + 1;
            for (int i = end; i < before.length && i - end < NEAR; i++) {
                end = before[i] == after[i] ? end : i + 1;
            }
            changes.add(new BodyChange(page.side().id(), from, Arrays.copyOfRange(after, from, end)));
            int next = Arrays.mismatch(before, end, before.length, after, end, after.length);
            from = next < 0 ? -1 : end + next;
        }
        return changes;
    }
}
