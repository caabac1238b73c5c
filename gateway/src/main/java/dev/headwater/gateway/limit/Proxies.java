package dev.headwater.gateway.limit;

import dev.headwater.gateway.discovery.AddressRange;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Proxies in front of a listener, and whose word about the client's address is taken.
 *
 * @param networks where they connect from. Nobody else is believed: who can set the header for itself would choose the
 *     address that it is counted by
 */
public record Proxies(List<AddressRange> networks) {
    /** There are none. */
    public static final Proxies NONE = new Proxies(List.of());

    // An address as proxies write it: bare, with a port, in brackets, in brackets with a port.
    private static final Pattern ENTRY =
            Pattern.compile("\\[([0-9A-Fa-f:.]+)](?::[0-9]+)?|([0-9.]+)(?::[0-9]+)?|([0-9A-Fa-f:.]+)");

    public Proxies {
        networks = List.copyOf(networks);
    }

    boolean contains(InetAddress address) {
        for (AddressRange network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The client of a request: the last address, from the left, that is not a proxy's. Each proxy adds the address that
     * it saw at the right end, so what stands left of the first stranger is that stranger's invention.
     *
     * @param peer who has connected
     * @param forwardedFor the values of all {@code X-Forwarded-For} headers, in order
     */
    public InetAddress client(InetAddress peer, List<String> forwardedFor) {
        InetAddress client = peer;
        for (int i = forwardedFor.size() - 1; i >= 0; i--) {
            String value = forwardedFor.get(i);
            int end = value.length();
            while (end >= 0 && contains(client)) {
                int comma = value.lastIndexOf(',', end - 1);
                InetAddress before = parse(value.substring(comma + 1, end).strip());
                if (before == null) {
                    return client;
                }
                client = before;
                end = comma;
            }
        }
        return client;
    }

    private static @Nullable InetAddress parse(String entry) {
        Matcher shape = ENTRY.matcher(entry);
        if (!shape.matches()) {
            return null;
        }
        for (int group = 1; group <= shape.groupCount(); group++) {
            if (shape.group(group) != null) {
                return address(shape.group(group));
            }
        }
        return null;
    }

    /** The address that is written down, or null if it is none; an IPv4 address within IPv6 is taken for itself. */
    static @Nullable InetAddress address(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible); // the length is that of an address
        }
    }
}
