package dev.headwater.gateway;

import dev.headwater.gateway.ConfigConverters.AnyBytes;
import dev.headwater.gateway.ConfigConverters.Bytes;
import dev.headwater.gateway.ConfigConverters.FromOne;
import dev.headwater.gateway.ConfigConverters.FromZero;
import dev.headwater.gateway.ConfigConverters.PortNumber;
import dev.headwater.gateway.discovery.AddressRange;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration as typed values, with every default beside its key. Method names are the keys in camel case.
 *
 * <p>Read by {@link ConfigFile}; a key that does not stand here is refused, not ignored.
 */
@ConfigMapping(prefix = Config.PREFIX, namingStrategy = ConfigMapping.NamingStrategy.SNAKE_CASE)
public interface Config {
    /** What stands before every key inside; operators see it in the names of environment variables only. */
    String PREFIX = "headwater";

    /** The resident server: {@code origin} of answers, {@code destination} of signatures. */
    ServerName serverName();

    /** What is listened on; a federation listener on 127.0.0.1:8448 if the key is absent. */
    List<Listener> listeners();

    /** Where the rooms are kept. */
    @WithDefault("redis://127.0.0.1:6379/0")
    StoreUri store();

    /** Keys of other servers by server and key ID, in unpadded base64; pinned, never fetched. */
    Map<ServerName, Map<KeyId, String>> verifyKeys();

    /** Notaries: servers that are asked for the keys of others, beside these themselves. */
    List<TrustedKeyServer> trustedKeyServers();

    /** The key that the resident server signs with. A relative path is taken from the configuration file's directory. */
    Optional<Path> signingKeyPath();

    /** The servers that may ask and be asked, and no others; all if the key is absent. */
    Optional<List<ServerName>> federationDomainWhitelist();

    /** What outgoing requests may reach although it is not on the open internet. */
    Optional<List<AddressRange>> ipRangeWhitelist();

    /** Files of certificates whose word is taken for other servers, in place of those that the Java runtime trusts. */
    Optional<List<Path>> federationCustomCaList();

    Backfill backfill();

    GetMissingEvents getMissingEvents();

    RcAddress rcAddress();

    RcFederation rcFederation();

    Cache cache();

    Ingest ingest();

    Http http();

    /** One listening socket on each of the addresses. */
    interface Listener {
        /** 0 picks a free one. */
        @WithConverter(PortNumber.class)
        int port();

        @WithDefault("127.0.0.1")
        List<String> bindAddresses();

        @WithDefault("federation")
        ListenerType type();

        /** Whether requests tell by {@code X-Forwarded-For} who sent them, if {@link #trustedProxies} brought them. */
        @WithDefault("false")
        boolean xForwarded();

        /** Where proxies connect from whose word about the client is taken; this machine if the key is absent. */
        Optional<List<AddressRange>> trustedProxies();

        /** The certificate to show; plain HTTP if the key is absent. */
        Optional<Tls> tls();
    }

    /** A certificate and its key, in PEM. Relative paths are taken from the configuration file's directory. */
    interface Tls {
        Path certificatePath();

        Path privateKeyPath();
    }

    /** A notary. */
    interface TrustedKeyServer {
        ServerName serverName();

        /** Its own keys by ID, in unpadded base64; fetched from it if there are none. */
        Map<KeyId, String> verifyKeys();
    }

    /** What a listener serves. */
    enum ListenerType {
        FEDERATION
    }

    /** Limits of {@code /backfill}. */
    interface Backfill {
        /** A request for more events is answered with this many. */
        @WithDefault("500")
        @WithConverter(FromOne.class)
        int maxLimit();
    }

    /** Limits of {@code /get_missing_events}. */
    interface GetMissingEvents {
        /** A request for more events is answered with this many. */
        @WithDefault("50")
        @WithConverter(FromOne.class)
        int maxLimit();

        /** Whether a request's {@code min_depth} leaves anything out. */
        @WithDefault("ignored")
        MinDepth minDepth();
    }

    /** What becomes of {@code min_depth}. */
    enum MinDepth {
        /** As with other homeservers: where a true branch claims a low depth, who heeds it leaves a gap. */
        IGNORED,
        HONOURED
    }

    /** How often one client address may ask, before it is known who it is. */
    interface RcAddress {
        @WithDefault("200")
        @WithConverter(FromOne.class)
        int perSecond();

        /** How many it may send at once after a rest. */
        @WithDefault("1000")
        @WithConverter(FromOne.class)
        int burstCount();
    }

    /** How much of one server is answered at once. */
    interface RcFederation {
        @WithDefault("5")
        @WithConverter(FromOne.class)
        int concurrent();

        /** As many more requests wait for that; what comes on top is refused. */
        @WithDefault("50")
        @WithConverter(FromZero.class)
        int rejectLimit();
    }

    /** What the process keeps of what it has read from the store. */
    interface Cache {
        /** About so much, 0 for nothing; a quarter of the heap if the key is absent. */
        @WithConverter(AnyBytes.class)
        Optional<Long> maxBytes();
    }

    /** How an import is written. */
    interface Ingest {
        @WithDefault("memory")
        Ack ack();

        /** Whether pages that will not grow any more are compressed when an import ends. */
        @WithDefault("true")
        boolean sealPages();
    }

    /** What an acknowledged event has reached. */
    enum Ack {
        /** The memory of Redis. */
        MEMORY
    }

    /** Limits of every HTTP connection. */
    interface Http {
        /** How long a connection may stay without a request. */
        @WithDefault("60s")
        Duration idleTimeout();

        /** How long a request's line and headers, and then its body, may take to arrive. */
        @WithDefault("10s")
        Duration requestTimeout();

        /**
         * How long a reader may take for one chunk of a response before it is aborted. Longer than the minute for which a
         * server may well be busy with what it has got.
         */
        @WithDefault("120s")
        Duration progressTimeout();

        /** Connections open at a time, on all listeners together. */
        @WithDefault("10000")
        @WithConverter(FromOne.class)
        int maxConnections();

        /** Connections open at a time from one IPv4 address or IPv6 network of 64 bits. */
        @WithDefault("512")
        @WithConverter(FromOne.class)
        int maxConnectionsPerAddress();

        /** Requests being answered at a time, of all servers together; by the size of the heap if the key is absent. */
        @WithConverter(FromOne.class)
        Optional<Integer> maxResponses();

        /** The longest request target, in bytes. */
        @WithDefault("16384")
        @WithConverter(Bytes.class)
        int maxTarget();
    }
}
