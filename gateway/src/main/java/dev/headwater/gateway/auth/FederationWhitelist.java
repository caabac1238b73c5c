package dev.headwater.gateway.auth;

import dev.headwater.id.ServerName;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The servers that the operator federates with at all.
 *
 * @param servers by their whole names, ports included; null for all
 */
public record FederationWhitelist(@Nullable Set<ServerName> servers) {
    /** Everybody. */
    public static final FederationWhitelist ALL = new FederationWhitelist(null);

    public FederationWhitelist {
        servers = servers == null ? null : Set.copyOf(servers);
    }

    public boolean allows(ServerName server) {
        return servers == null || servers.contains(server);
    }
}
