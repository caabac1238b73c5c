package dev.headwater.gateway.limit;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A range of addresses, such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}; a single address is a range too. */
public final class Network {
    private static final Pattern SHAPE = Pattern.compile("([0-9A-Fa-f:.]{2,45})(?:/([0-9]{1,3}))?");

    /** Where only this very machine can connect from. */
    public static final List<Network> LOOPBACK = List.of(parse("127.0.0.0/8"), parse("::1"));

    private final String text;
    private final IpSubnetFilterRule rule;

    private Network(String text, IpSubnetFilterRule rule) {
        this.text = text;
        this.rule = rule;
    }

    /** @throws IllegalArgumentException if it is none; names are not looked up */
    public static Network parse(String text) {
        Matcher shape = SHAPE.matcher(text);
        InetAddress address = shape.matches() ? address(shape.group(1)) : null;
        if (address != null) {
            int all = address.getAddress().length * Byte.SIZE;
            int prefix = shape.group(2) == null ? all : Integer.parseInt(shape.group(2));
            if (prefix <= all) {
                return new Network(text, new IpSubnetFilterRule(address, prefix, IpFilterRuleType.ACCEPT));
            }
        }
        throw new IllegalArgumentException("expected an address or a network such as 10.0.0.0/8 or 2001:db8::/32");
    }

    public boolean contains(InetAddress address) {
        return rule.matches(new InetSocketAddress(address, 0));
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

    @Override
    public boolean equals(Object other) {
        return other instanceof Network network && network.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
