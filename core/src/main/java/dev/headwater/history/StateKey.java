package dev.headwater.history;

import dev.headwater.id.InvalidIdException;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A pair of event type and state key as its place in a state: hashes, so that nobody chooses where in the trie it stands.
 * What belongs together shares a <em>group</em>, and stands together: the memberships of one server's users; otherwise
 * all pairs of one type.
 *
 * @param group the first 64 bits of the group's hash
 * @param groupTail its next 32 bits. In 96 bits nobody finds the name of a server that is taken for another one
 * @param key 64 bits of the state key's hash
 */
public record StateKey(long group, int groupTail, long key) implements Comparable<StateKey> {
    static final int BYTES = 20;
    /** Four bits each. */
    static final int DIGITS = 2 * BYTES;

    static final int GROUP_DIGITS = 24;

    private static final String MEMBER = "m.room.member";

    public static StateKey of(String type, String stateKey) {
        if (type.equals(MEMBER)) {
            try {
                return in("s" + UserId.parse(stateKey).server().value(), stateKey);
            } catch (InvalidIdException notAUser) {
                // No membership of anybody: a pair like any other.
            }
        }
        return in("t" + type, stateKey);
    }

    /** Stands for the group of a server's memberships. */
    public static StateKey groupOf(ServerName server) {
        return in("s" + server.value(), "");
    }

    private static StateKey in(String group, String stateKey) {
        ByteBuffer hash = ByteBuffer.wrap(sha256(group));
        return new StateKey(
                hash.getLong(), hash.getInt(), ByteBuffer.wrap(sha256(stateKey)).getLong());
    }

    boolean isInGroupOf(StateKey other) {
        return group == other.group && groupTail == other.groupTail;
    }

    /** The four bits at a position, counted from the front. */
    int digit(int position) {
        if (position < 16) {
            return (int) (group >>> 60 - 4 * position) & 15;
        }
        return position < GROUP_DIGITS
                ? groupTail >>> 28 - 4 * (position - 16) & 15
                : (int) (key >>> 60 - 4 * (position - GROUP_DIGITS)) & 15;
    }

    /** How many digits at the front are the same. */
    int digitsShared(StateKey other) {
        if (group != other.group) {
            return Long.numberOfLeadingZeros(group ^ other.group) / 4;
        }
        return groupTail != other.groupTail
                ? 16 + Integer.numberOfLeadingZeros(groupTail ^ other.groupTail) / 4
                : GROUP_DIGITS + Long.numberOfLeadingZeros(key ^ other.key) / 4;
    }

    @Override
    public int compareTo(StateKey other) {
        int byGroup = Long.compareUnsigned(group, other.group);
        if (byGroup != 0) {
            return byGroup;
        }
        int byTail = Integer.compareUnsigned(groupTail, other.groupTail);
        return byTail != 0 ? byTail : Long.compareUnsigned(key, other.key);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
