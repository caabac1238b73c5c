package dev.headwater.oracle;

import dev.headwater.id.InvalidIdException;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersion;
import java.math.RoundingMode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * The power of users in a state, and what it takes to do things. A level that cannot be read fails with {@link
 * IllegalArgumentException}.
 *
 * @see <a href="https://spec.matrix.org/v1.18/client-server-api/#mroompower_levels">Power levels</a>
 */
final class PowerLevels {
    /** Of a room's creators from version 12 on. */
    static final long INFINITE = Long.MAX_VALUE;

    private static final List<String> LEVELS =
            List.of("users_default", "events_default", "state_default", "ban", "redact", "kick", "invite");

    private final RoomVersion version;
    private final boolean stated;
    private final JsonNode content;
    private final Set<String> creators;

    PowerLevels(RoomVersion version, @Nullable RoomEvent powerLevels, @Nullable RoomEvent create) {
        this.version = version;
        stated = powerLevels != null;
        content = powerLevels == null ? MissingNode.getInstance() : powerLevels.content();
        creators = create == null ? Set.of() : creators(version, create);
    }

    /** Who has power from the beginning. */
    static Set<String> creators(RoomVersion version, RoomEvent create) {
        Set<String> creators = new HashSet<>();
        creators.add(creator(version, create));
        if (version.atLeast(RoomVersion.V12)) {
            create.content().path("additional_creators").forEach(user -> creators.add(user.stringValue("")));
        }
        return creators;
    }

    static String creator(RoomVersion version, RoomEvent create) {
        return version.atLeast(RoomVersion.V11)
                ? create.sender()
                : create.content().path("creator").stringValue("");
    }

    long of(String user) {
        boolean creator = creators.contains(user);
        if (creator && version.atLeast(RoomVersion.V12)) {
            return INFINITE;
        }
        if (!stated) {
            return creator ? 100 : 0;
        }
        JsonNode own = content.path("users").path(user);
        return own.isMissingNode() ? of("users_default", 0) : level(own);
    }

    long toInvite() {
        return of("invite", 0);
    }

    long toKick() {
        return of("kick", 50);
    }

    long toBan() {
        return of("ban", 50);
    }

    long toRedact() {
        return of("redact", 50);
    }

    long toSend(RoomEvent event) {
        JsonNode own = content.path("events").path(event.type());
        return own.isMissingNode() ? event.isState() ? of("state_default", 50) : of("events_default", 0) : level(own);
    }

    private long of(String name, long otherwise) {
        JsonNode own = content.path(name);
        return own.isMissingNode() ? otherwise : level(own);
    }

    private static long usual(String name) {
        return Set.of("state_default", "ban", "redact", "kick").contains(name) ? 50 : 0;
    }

    /** Whether a user may put these levels in the place of others. */
    boolean mayFollow(PowerLevels before, String sender) {
        requireReadable();
        if (version.atLeast(RoomVersion.V12) && creators.stream().anyMatch(content.path("users")::has)) {
            return false;
        }
        if (!before.stated) {
            return true;
        }
        long power = before.of(sender);
        for (String name : LEVELS) {
            boolean changed = before.content.has(name) != content.has(name)
                    || before.of(name, usual(name)) != of(name, usual(name));
            if (changed && (before.of(name, usual(name)) > power || of(name, usual(name)) > power)) {
                return false;
            }
        }
        return mayChange("events", before, "", power)
                && (!version.atLeast(RoomVersion.V6) || mayChange("notifications", before, "", power))
                && mayChange("users", before, sender, power);
    }

    private boolean mayChange(String map, PowerLevels before, String sender, long power) {
        JsonNode old = before.content.path(map);
        JsonNode now = content.path(map);
        Set<String> names = new HashSet<>(old.propertyNames());
        names.addAll(now.propertyNames());
        for (String name : names) {
            boolean changed = old.has(name) != now.has(name) || level(old.path(name)) != level(now.path(name));
            boolean tooHigh = old.has(name)
                    && (map.equals("users")
                            ? !name.equals(sender) && level(old.path(name)) >= power
                            : level(old.path(name)) > power);
            if (changed && (tooHigh || now.has(name) && level(now.path(name)) > power)) {
                return false;
            }
        }
        return true;
    }

    private void requireReadable() {
        LEVELS.stream().filter(content::has).forEach(name -> level(content.path(name)));
        for (String map : List.of("events", "notifications", "users")) {
            JsonNode levels = content.path(map);
            if (content.has(map) && !levels.isObject()) {
                throw new IllegalArgumentException(map + " is no object");
            }
            levels.forEach(this::level);
        }
        for (String user : content.path("users").propertyNames()) {
            try {
                UserId.parse(user);
            } catch (InvalidIdException e) {
                throw new IllegalArgumentException("a level of nobody", e);
            }
        }
    }

    private long level(JsonNode value) {
        if (value.isMissingNode() || value.isIntegralNumber()) {
            return value.longValue();
        }
        if (!version.atLeast(RoomVersion.V10) && value.isString()) {
            return Long.parseLong(value.stringValue().strip());
        }
        if (!version.atLeast(RoomVersion.V6) && value.isNumber()) {
            return value.decimalValue().setScale(0, RoundingMode.DOWN).longValueExact();
        }
        throw new IllegalArgumentException(value + " is no level");
    }
}
