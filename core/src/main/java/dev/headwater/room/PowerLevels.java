package dev.headwater.room;

import dev.headwater.id.UserId;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who may redact whose events in a room, by its {@code m.room.power_levels} and its create event. What is not a level by
 * the rules of the room's version is not taken for any: then no answer is given.
 *
 * @see <a href="https://spec.matrix.org/v1.18/client-server-api/#mroompower_levels">Power levels</a>
 */
public final class PowerLevels {
    private static final long REDACT = 50;
    private static final long CREATOR = 100;

    /** Integers as text, which counted up to version 9. */
    private static final Pattern TEXT = Pattern.compile("\\s*[+-]?[0-9]{1,18}\\s*");

    private final RoomVersion version;
    private final @Nullable ObjectNode content;
    private final @Nullable ObjectNode create;

    /**
     * @param content of the power levels in force; null if the room has none
     * @param create the create event; null if it is not known
     */
    public PowerLevels(RoomVersion version, @Nullable ObjectNode content, @Nullable ObjectNode create) {
        this.version = version;
        this.content = content;
        this.create = create;
    }

    /** Whether a user has the level that redacts the events of others; empty if that cannot be told. */
    public Optional<Boolean> mayRedact(UserId user) {
        Optional<Boolean> creator = isCreator(user);
        boolean unlimited = RoomVersionRules.of(version).roomIdIsCreateHash();
        if (unlimited && creator.orElse(false)) {
            return Optional.of(true);
        }
        Long has = levelOf(user, unlimited ? Optional.of(false) : creator);
        Long needed = content == null ? Long.valueOf(REDACT) : level(content.get("redact"), REDACT);
        if (has == null || needed == null) {
            return Optional.empty();
        }
        // That a user is no creator is known only by the create event.
        return has >= needed
                ? Optional.of(true)
                : unlimited && creator.isEmpty() ? Optional.empty() : Optional.of(false);
    }

    private @Nullable Long levelOf(UserId user, Optional<Boolean> creator) {
        if (content == null) {
            return creator.map(is -> is ? CREATOR : 0L).orElse(null);
        }
        JsonNode users = content.path("users");
        if (!users.isObject() && !users.isMissingNode()) {
            return null;
        }
        JsonNode own = users.get(user.value());
        return own != null ? level(own, 0) : level(content.get("users_default"), 0);
    }

    private @Nullable Long level(@Nullable JsonNode value, long absent) {
        if (value == null) {
            return absent;
        }
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.longValue();
        }
        boolean text = !version.atLeast(RoomVersion.V10)
                && value.isString()
                && TEXT.matcher(value.stringValue()).matches();
        return text ? Long.valueOf(value.stringValue().strip()) : null;
    }

    private Optional<Boolean> isCreator(UserId user) {
        if (create == null) {
            return Optional.empty();
        }
        JsonNode named = version.atLeast(RoomVersion.V11)
                ? create.path("sender")
                : create.path("content").path("creator");
        Set<String> creators = new java.util.HashSet<>(Set.of(named.stringValue("")));
        if (RoomVersionRules.of(version).roomIdIsCreateHash()) {
            create.path("content").path("additional_creators").forEach(other -> creators.add(other.stringValue("")));
        }
        return Optional.of(creators.contains(user.value()));
    }
}
