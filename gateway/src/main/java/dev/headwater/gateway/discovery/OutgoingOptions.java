package dev.headwater.gateway.discovery;

import dev.headwater.gateway.auth.FederationWhitelist;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;

/**
 * What outgoing requests need to know.
 *
 * @param whitelist which servers may be asked
 * @param addresses which may be reached
 * @param authorities who may vouch for servers, in place of those that the Java runtime trusts; empty for these
 * @param nameServers where names are looked up; empty for those of the operating system
 * @param clock for what is cached
 */
public record OutgoingOptions(
        FederationWhitelist whitelist,
        AddressRule addresses,
        List<X509Certificate> authorities,
        List<InetSocketAddress> nameServers,
        Clock clock) {
    public OutgoingOptions {
        authorities = List.copyOf(authorities);
        nameServers = List.copyOf(nameServers);
    }

    /** All servers, the open internet, and whom the Java runtime trusts. */
    public static OutgoingOptions defaults() {
        return new OutgoingOptions(
                FederationWhitelist.ALL, AddressRule.openInternet(), List.of(), List.of(), Clock.systemUTC());
    }
}
