package dev.headwater.id;

/**
 * A user's identifier, {@code @localpart:server}. Historical localparts are accepted: anything but a colon.
 *
 * @see <a href="https://spec.matrix.org/v1.18/appendices/#user-identifiers">User identifiers</a>
 */
public record UserId(String value) {
    /** @throws InvalidIdException if {@code value} is not a user ID */
    public static UserId parse(String value) {
        int colon = value.indexOf(':');
        if (colon < 1 || value.charAt(0) != '@' || !IdText.isClean(value)) {
            throw new InvalidIdException(value, "a user ID: @localpart:server");
        }
        ServerName.parse(value.substring(colon + 1));
        return new UserId(value);
    }

    /** The server that this user belongs to. */
    public ServerName server() {
        return new ServerName(value.substring(value.indexOf(':') + 1));
    }

    @Override
    public String toString() {
        return value;
    }
}
