package dev.headwater.access;

import dev.headwater.history.Side;
import dev.headwater.history.Sight;
import java.util.function.Function;

/**
 * What a replica without a homeserver behind it shows to the servers in a room: what is proven open, and redacted copies
 * of what anybody has asked to redact. What is not proven is treated as not stored, since a redacted copy would be kept
 * by the asker for good.
 */
public final class AloneSight implements Function<Side, Sight> {
    @Override
    public Sight apply(Side side) {
        if (!side.visibility().isOpen()) {
            return Sight.WITHHELD;
        }
        return side.marked() ? Sight.REDACTED : Sight.SHOWN;
    }
}
