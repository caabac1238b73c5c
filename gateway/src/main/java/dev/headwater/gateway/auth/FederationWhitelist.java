package dev.headwater.gateway.auth;

import dev.headwater.id.ServerName;
import java.util.List;
import java.util.Optional;
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

    /** Those of a list, or everybody if there is none. */
    public static FederationWhitelist of(Optional<List<ServerName>> list) {
        return new FederationWhitelist(list.map(Set::copyOf).orElse(null));
    }

    public boolean allows(ServerName server) {
        return servers == null || servers.contains(server);
    }
}
