package dev.headwater.gateway.limit;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * What counts as one client before it has proven who it is: an IPv4 address, or the first half of an IPv6 address, since
 * the rest of it is the client's own to choose.
 */
record ClientAddress(boolean isIpv4, long bits) {
    static ClientAddress of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address
                ? new ClientAddress(true, bytes.getInt())
                : new ClientAddress(false, bytes.getLong());
    }
}
