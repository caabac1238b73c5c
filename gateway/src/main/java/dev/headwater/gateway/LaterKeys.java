package dev.headwater.gateway;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys whose feature this version does not have. A value that says "none" is taken, anything else is refused: a setting
 * must never be ignored in silence.
 */
final class LaterKeys {
    private static final List<String> TOP = List.of("upstream", "store_max_bytes");

    /** Synapse's other keys of this name, which hold a server's requests back for a time once it sends many. */
    private static final List<String> DELAYS = List.of("window_size", "sleep_limit", "sleep_delay");

    private LaterKeys() {}

    /** Takes the keys out of the tree, and adds a line for each that asks for something. */
    static void remove(Map<String, Object> tree, List<String> problems) {
        for (String key : TOP) {
            refuse(key, tree.remove(key), problems);
        }
        if (tree.get("rc_federation") instanceof Map<?, ?> limits) {
            for (String key : DELAYS) {
                Object value = limits.remove(key);
                if (value != null) {
                    problems.add("rc_federation." + key + ": '" + value + "' has no meaning here: what is more than"
                            + " 'concurrent' waits for its turn, not for a time; leave the key out");
                }
            }
        }
    }

    private static void refuse(String key, @Nullable Object value, List<String> problems) {
        if (!meansNone(value)) {
            problems.add(key + ": '" + StoreUri.masked(String.valueOf(value))
                    + "' is not supported in this version; leave the key out");
        }
    }

    private static boolean meansNone(@Nullable Object value) {
        return value == null
                || value.equals("false")
                || (value instanceof Collection<?> collection && collection.isEmpty())
                || (value instanceof Map<?, ?> map && map.isEmpty());
    }
}
