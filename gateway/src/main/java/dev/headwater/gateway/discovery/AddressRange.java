package dev.headwater.gateway.discovery;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.ipv4.IPv4Address;
import inet.ipaddr.ipv6.IPv6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;

/** A range of IP addresses, such as {@code 10.1.0.0/16}, {@code fd00::/8} or a single address. */
public final class AddressRange {
    // The library takes much else: octal, hexadecimal, wildcards, the empty text.
    private static final Pattern SHAPE =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}(/[0-9]{1,2})?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(/[0-9]{1,3})?");

    private static final int LONGEST = 50;

    /** Where only this very machine can connect from. */
    public static final List<AddressRange> LOOPBACK = List.of(parse("127.0.0.0/8"), parse("::1"));

    private final IPAddress block;

    private AddressRange(IPAddress block) {
        this.block = block;
    }

    /** @throws IllegalArgumentException if it is none; its message says what is expected */
    public static AddressRange parse(String text) {
        IPAddress range = text.length() <= LONGEST && SHAPE.matcher(text).matches()
                ? new IPAddressString(text).getAddress()
                : null;
        if (range == null) {
            throw new IllegalArgumentException("expected a range of addresses such as 10.1.0.0/16 or fd00::/8");
        }
        return new AddressRange(range.toPrefixBlock());
    }

    /** Whether it holds an address. An IPv4 address and the IPv6 address that carries it are different ones. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return block.contains(bytes.length == IPv4Address.BYTE_COUNT ? new IPv4Address(bytes) : new IPv6Address(bytes));
    }

    IPAddress block() {
        return block;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && block.equals(range.block);
    }

    @Override
    public int hashCode() {
        return block.hashCode();
    }

    @Override
    public String toString() {
        return block.toCanonicalString();
    }
}
