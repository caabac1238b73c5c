package dev.headwater.gateway.discovery;

import static dev.headwater.gateway.discovery.FederationException.Reason.FORBIDDEN_ADDRESS;

import inet.ipaddr.IPAddress;
import inet.ipaddr.ipv4.IPv4Address;
import inet.ipaddr.ipv4.IPv4AddressTrie;
import inet.ipaddr.ipv6.IPv6Address;
import inet.ipaddr.ipv6.IPv6AddressTrie;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

    private static final IPAddress GLOBAL_UNICAST =
            AddressRange.parse("2000::/3").block();

    /** Parts of {@link #GLOBAL_UNICAST}. */
    private static final IPv6AddressTrie SHUT_6 = trie6(ranges(
            "2001::/23", // protocol assignments, Teredo among them
            "2001:db8::/32", // documentation
            "3fff::/20")); // documentation

    private static final IPAddress NAT64 = AddressRange.parse("64:ff9b::/96").block();
    private static final IPAddress SIX_TO_FOUR = AddressRange.parse("2002::/16").block();

    /** The third quarter of an ISATAP address, but for the bits that say how unique it is. */
    private static final int ISATAP = 0x5efe;

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

    /** The open internet and these ranges. */
    public static AddressRule allowing(List<AddressRange> ranges) {
        return new AddressRule(ranges.stream().map(AddressRange::block).toList());
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

    /**
     * Those of a host's addresses that may be reached, in their order, each with the name that a certificate must be for.
     *
     * @throws FederationException if there is none
     */
    List<InetSocketAddress> open(HostName certified, List<InetAddress> found, int port) {
        List<InetSocketAddress> open = found.stream()
                .filter(this::mayReach)
                .map(address -> new InetSocketAddress(certified.named(address), port))
                .toList();
        if (open.isEmpty()) {
            throw FederationException.noAddress(FORBIDDEN_ADDRESS, certified.value());
        }
        return open;
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
        int marks = address.getSegment(4).getSegmentValue() & ~0x0300;
        if (marks == 0 && address.getSegment(5).getSegmentValue() == ISATAP) {
            carried.add(address.getEmbeddedIPv4Address());
        }
        return carried;
    }

    private static List<IPAddress> ranges(String... ranges) {
        return Stream.of(ranges)
                .map(AddressRange::parse)
                .map(AddressRange::block)
                .toList();
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
