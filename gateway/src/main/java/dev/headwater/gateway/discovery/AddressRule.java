package dev.headwater.gateway.discovery;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.ipv4.IPv4Address;
import inet.ipaddr.ipv4.IPv4AddressTrie;
import inet.ipaddr.ipv6.IPv6Address;
import inet.ipaddr.ipv6.IPv6AddressTrie;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses an outgoing request may reach: those of the open internet, and those that the operator allows.
 *
 * <p>Names are chosen by strangers, and so is what they resolve to. Of IPv6 only global unicast is open, so that a range
 * that is given a meaning later stays shut. An IPv6 address that carries an IPv4 address is open only if that one is too.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry/">IPv4 special-purpose addresses</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry/">IPv6 special-purpose addresses</a>
 */
public final class AddressRule {
    private static final IPv4AddressTrie SHUT_4 = trie4(ranges(
            "0.0.0.0/8", // this host, on this network
            "10.0.0.0/8", // private
            "100.64.0.0/10", // behind a carrier's address translation
            "127.0.0.0/8", // loopback
            "169.254.0.0/16", // link-local, and where clouds keep their credentials
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // what was the 6to4 relay
            "192.168.0.0/16", // private
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4")); // reserved, and broadcast

    private static final IPAddress GLOBAL_UNICAST = range("2000::/3");

    /** Parts of {@link #GLOBAL_UNICAST}. */
    private static final IPv6AddressTrie SHUT_6 = trie6(ranges(
            "2001::/23", // protocol assignments, Teredo among them
            "2001:db8::/32", // documentation
            "3fff::/20")); // documentation

    private static final IPAddress NAT64 = range("64:ff9b::/96");
    private static final IPAddress SIX_TO_FOUR = range("2002::/16");

    /** The interface identifiers of ISATAP, less the two bits that say whether the IPv4 address in it is unique. */
    private static final int ISATAP_HIGH = 0x0000;

    private static final int ISATAP_LOW = 0x5efe;

    private final IPv4AddressTrie allowed4;
    private final IPv6AddressTrie allowed6;

    private AddressRule(List<IPAddress> allowed) {
        allowed4 = trie4(allowed);
        allowed6 = trie6(allowed);
    }

    /** Only what is on the open internet. */
    public static AddressRule openInternet() {
        return new AddressRule(List.of());
    }

    /**
     * The open internet and these ranges.
     *
     * @param ranges such as {@code 10.1.0.0/16}, {@code fd00::/8} or a single address
     * @throws IllegalArgumentException if one of them is not a range; its message says what was expected
     */
    public static AddressRule allowing(List<String> ranges) {
        return new AddressRule(ranges.stream().map(AddressRule::range).toList());
    }

    /** Whether a connection to this very address may be opened. */
    public boolean mayReach(InetAddress address) {
        if (address instanceof Inet4Address) {
            return mayReach(new IPv4Address(address.getAddress()));
        }
        // A zone names a link of this machine: nobody outside can mean one.
        if (address instanceof Inet6Address inet6 && inet6.getScopeId() == 0) {
            return mayReach(new IPv6Address(address.getAddress()));
        }
        return false;
    }

    private boolean mayReach(IPv4Address address) {
        return allowed4.elementContains(address) || !SHUT_4.elementContains(address);
    }

    private boolean mayReach(IPv6Address address) {
        if (allowed6.elementContains(address)) {
            return true;
        }
        List<IPv4Address> carried = carried(address);
        boolean open = GLOBAL_UNICAST.contains(address) ? !SHUT_6.elementContains(address) : !carried.isEmpty();
        return open && carried.stream().allMatch(this::mayReach);
    }

    /** The IPv4 addresses that a packet to this one may end at. */
    private static List<IPv4Address> carried(IPv6Address address) {
        List<IPv4Address> carried = new ArrayList<>();
        if (address.isIPv4Mapped() || NAT64.contains(address)) {
            carried.add(address.getEmbeddedIPv4Address());
        }
        if (SIX_TO_FOUR.contains(address)) {
            carried.add(address.get6To4IPv4Address());
        }
        int high = address.getSegment(4).getSegmentValue() & ~0x0300;
        if (high == ISATAP_HIGH && address.getSegment(5).getSegmentValue() == ISATAP_LOW) {
            carried.add(address.getEmbeddedIPv4Address());
        }
        return carried;
    }

    private static List<IPAddress> ranges(String... ranges) {
        return Stream.of(ranges).map(AddressRule::range).toList();
    }

    private static IPAddress range(String text) {
        // The library takes much else for an address: octal, hexadecimal, wildcards, the empty text.
        if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}(/[0-9]{1,2})?|[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?")) {
            throw refused(text);
        }
        IPAddress range = new IPAddressString(text).getAddress();
        if (range == null) {
            throw refused(text);
        }
        return range.toPrefixBlock();
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not a range of addresses such as 10.1.0.0/16 or fd00::/8");
    }

    private static IPv4AddressTrie trie4(List<IPAddress> ranges) {
        IPv4AddressTrie trie = new IPv4AddressTrie();
        ranges.stream().filter(IPAddress::isIPv4).forEach(range -> trie.add(range.toIPv4()));
        return trie;
    }

    private static IPv6AddressTrie trie6(List<IPAddress> ranges) {
        IPv6AddressTrie trie = new IPv6AddressTrie();
        ranges.stream().filter(IPAddress::isIPv6).forEach(range -> trie.add(range.toIPv6()));
        return trie;
    }
}
