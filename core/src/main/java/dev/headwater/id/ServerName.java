package dev.headwater.id;

import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A homeserver's name: a host name, an IPv4 literal or an IPv6 literal in brackets, with an optional port.
 *
 * @see <a href="https://spec.matrix.org/v1.18/appendices/#server-name">Server name</a>
 */
public record ServerName(String value) implements Comparable<ServerName> {
    private static final int MAX_LENGTH = 255;
    // Every quantifier is bounded by the length check before it, and none is nested: matching is linear.
    private static final Pattern SHAPE =
            Pattern.compile("(?<host>[A-Za-z0-9.-]{1,255}|\\[[0-9A-Fa-f:.]{2,45}])(?::(?<port>[0-9]{1,5}))?");

    /** @throws InvalidIdException if {@code value} is not a server name */
    public static ServerName parse(String value) {
        if (isPlainHost(value)) {
            return new ServerName(value);
        }
        var matcher = SHAPE.matcher(value);
        if (value.length() > MAX_LENGTH || !matcher.matches()) {
            throw new InvalidIdException(value, "a server name: host, IPv4 or [IPv6], with an optional port");
        }
        String port = matcher.group("port");
        if (port != null && Integer.parseInt(port) > 65535) {
            throw new InvalidIdException(value, "a server name: its port exceeds 65535");
        }
        return new ServerName(value);
    }

    /** Whether this is what nearly all names are, and the pattern need not be asked: a host name, or an IPv4 literal. */
    private static boolean isPlainHost(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-')) {
                return false;
            }
        }
        return !value.isEmpty() && value.length() <= MAX_LENGTH;
    }

    /** The name without its port; an IPv6 literal keeps its brackets. */
    public String host() {
        int colon = value.lastIndexOf(':');
        return colon > value.lastIndexOf(']') ? value.substring(0, colon) : value;
    }

    /** The port, if the name has one. */
    public OptionalInt port() {
        String host = host();
        return host.length() == value.length()
                ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(value.substring(host.length() + 1)));
    }

    @Override
    public int compareTo(ServerName other) {
        return Utf8Order.INSTANCE.compare(value, other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
