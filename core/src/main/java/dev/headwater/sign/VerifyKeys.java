package dev.headwater.sign;

import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import org.jspecify.annotations.Nullable;

/** The public keys of servers, as far as they are known now. Looking one up does not wait. */
@FunctionalInterface
public interface VerifyKeys {
    /** For a lookup that asks for no particular time, as room versions before 5 do. */
    long ANY_TIME = Long.MIN_VALUE;

    /**
     * The server's key of that ID if it is known and was valid at the time.
     *
     * @param atMillis milliseconds since the epoch, or {@link #ANY_TIME}
     */
    @Nullable
    VerifyKey find(ServerName server, KeyId id, long atMillis);
}
