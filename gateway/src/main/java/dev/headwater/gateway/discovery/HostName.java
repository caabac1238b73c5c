package dev.headwater.gateway.discovery;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The host of a server name: an address, or a name for DNS.
 *
 * @param value without brackets and without a final dot; what a certificate must be for
 * @param address the address, if it is one
 */
record HostName(String value, @Nullable InetAddress address) {
    private static final int MAX_LENGTH = 253;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,63}(?:\\.[A-Za-z0-9_-]{1,63})*+");

    /** What other programs would read as an IPv4 address in decimal, octal or hexadecimal. */
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]++|0[xX][0-9A-Fa-f]*+)");

    /** Null if it is neither an address nor a name that DNS could know. */
    static @Nullable HostName of(String host) {
        if (host.startsWith("[") || NetUtil.isValidIpV4Address(host)) {
            return literal(host);
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        boolean known = name.length() <= MAX_LENGTH
                && NAME.matcher(name).matches()
                && !ENDS_IN_NUMBER.matcher(name).matches();
        return known ? new HostName(name, null) : null;
    }

    /** An address that carries this name, so that whoever connects to it knows which certificate to expect. */
    InetAddress named(InetAddress found) {
        try {
            return InetAddress.getByAddress(value, found.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of an odd length", e);
        }
    }

    private static @Nullable HostName literal(String host) {
        try {
            // What stands in brackets is never looked up, and neither are four decimal numbers.
            InetAddress address = InetAddress.getByName(host);
            return new HostName(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, address);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
