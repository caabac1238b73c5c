package dev.headwater.gateway.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.headwater.gateway.auth.RequestKeys;
import dev.headwater.gateway.discovery.FederationClient;
import dev.headwater.gateway.keys.KeyFlight.End;
import dev.headwater.gateway.keys.KeySources.Found;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.KeyDocument;
import dev.headwater.sign.PinnedKeys;
import dev.headwater.sign.VerifyKey;
import dev.headwater.sign.VerifyKeys;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The keys of other servers: those that are pinned, and for all other servers those that they publish, fetched when they
 * are first needed and anew when half of their life is over. A pinned server is never asked.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#retrieving-server-keys">Retrieving server keys</a>
 */
public final class KeyRing implements RequestKeys {
    /** A server that keeps its connection open for ten seconds holds one of these. */
    static final int FETCHES_AT_ONCE = 64;

    /** Four rounds of them; who comes on top would wait in vain. */
    static final int FETCHES_WAITING = 256;

    /** Of keys, in about so many bytes; some 20,000 servers with one key each. */
    private static final long KEPT_BYTES = 16L * 1024 * 1024;

    private static final int BYTES_OF_DOCUMENT = 300;
    /** With the form that the implementation of Ed25519 has made of it. */
    private static final int BYTES_OF_KEY = 500;

    /** No document counts for longer. */
    private static final Duration KEPT = Duration.ofDays(7);

    private final ServerName self;
    private final PinnedKeys pinned;
    private final KeySources sources;
    private final Clock clock;
    private final Scheduler reading;
    private final Scheduler timer;
    private final Patience patience;
    private final Cache<ServerName, KeyDocument> known;
    private final FetchTurns turns = new FetchTurns(FETCHES_AT_ONCE, FETCHES_WAITING);
    private final ConcurrentHashMap<ServerName, KeyFlight> flights = new ConcurrentHashMap<>();

    /**
     * A ring that asks over the network.
     *
     * @param self the resident server, never asked for keys
     * @param pinned keys that the operator vouches for; their servers are never asked either
     * @param notaries asked beside the server itself
     * @param client stays the caller's to close, after {@link #close}
     */
    public static KeyRing create(
            ServerName self,
            PinnedKeys pinned,
            List<TrustedKeyServer> notaries,
            FederationClient client,
            Ed25519 ed25519,
            Clock clock) {
        return new KeyRing(
                self,
                pinned,
                notaries,
                new FederationKeyRequests(client),
                ed25519,
                clock,
                Ticker.systemTicker(),
                Schedulers.newSingle("headwater-keys", true),
                Schedulers.parallel());
    }

    /**
     * @param self never asked for keys
     * @param clock what the validity of keys is judged by
     * @param ticker what pauses are measured by: it does not jump
     * @param reading where documents are read; the ring's own, disposed of by {@link #close}
     * @param timer what fetches are ended by
     */
    KeyRing(
            ServerName self,
            PinnedKeys pinned,
            List<TrustedKeyServer> notaries,
            KeyRequests requests,
            Ed25519 ed25519,
            Clock clock,
            Ticker ticker,
            Scheduler reading,
            Scheduler timer) {
        this.self = self;
        this.pinned = pinned;
        this.sources = new KeySources(requests, notaries, this::ofNotary, ed25519, reading, clock);
        this.clock = clock;
        this.reading = reading;
        this.timer = timer;
        this.patience = new Patience(ticker);
        this.known = Caffeine.newBuilder()
                .maximumWeight(KEPT_BYTES)
                .weigher(
                        (ServerName server, KeyDocument document) -> BYTES_OF_DOCUMENT + BYTES_OF_KEY * document.size())
                .expireAfterWrite(KEPT)
                .ticker(ticker)
                .build();
    }

    @Override
    public @Nullable VerifyKey atHand(ServerName server, KeyId id) {
        if (isPinned(server)) {
            return pinned.find(server, id, VerifyKeys.ANY_TIME);
        }
        KeyDocument document = known.getIfPresent(server);
        if (document == null) {
            return null;
        }
        long now = clock.millis();
        VerifyKey key = document.forRequest(id, now);
        if (key != null && now >= document.refreshAtMillis()) {
            flight(server, id, true);
        }
        return key;
    }

    @Override
    public Mono<VerifyKey> find(ServerName server, KeyId id) {
        return Mono.defer(() -> {
            VerifyKey key = atHand(server, id);
            if (key != null) {
                return Mono.just(key);
            }
            return isPinned(server) || server.equals(self) || isGivenUp(server, id)
                    ? Mono.empty()
                    : fetched(server, id, true);
        });
    }

    private boolean isPinned(ServerName server) {
        return pinned.servers().contains(server);
    }

    /** A server does not come back to a key that it calls old. */
    private boolean isGivenUp(ServerName server, KeyId id) {
        KeyDocument document = known.getIfPresent(server);
        return document != null && document.isOld(id);
    }

    private Mono<VerifyKey> fetched(ServerName server, KeyId id, boolean onceMore) {
        KeyFlight flight = flight(server, id, false);
        if (flight == null) {
            // One may have ended since the key was looked for.
            return Mono.justOrEmpty(atHand(server, id));
        }
        Mono<VerifyKey> key = flight.documents()
                .mapNotNull(document -> document.forRequest(id, clock.millis()))
                .next();
        // Whom a notary's answer to another question left without one.
        return onceMore
                ? key.switchIfEmpty(
                        Mono.defer(() -> flight.end() == End.CUT_SHORT ? fetched(server, id, false) : Mono.empty()))
                : key;
    }

    private Mono<VerifyKeys> ofNotary(ServerName notary) {
        return Mono.defer(() -> {
            if (isPinned(notary)) {
                return Mono.just(pinned);
            }
            KeyDocument document = known.getIfPresent(notary);
            long now = clock.millis();
            KeyFlight flight =
                    document == null || now >= document.refreshAtMillis() ? flight(notary, null, true) : null;
            if (document != null && now <= document.validUntilMillis()) {
                return Mono.just(keysIn(document));
            }
            return flight == null ? Mono.empty() : flight.documents().next().map(KeyRing::keysIn);
        });
    }

    private static VerifyKeys keysIn(KeyDocument document) {
        return (server, id, at) -> document.forRequest(id, at);
    }

    /** The fetch of the server's keys that is under way or begins now; null if it was asked too lately. */
    private @Nullable KeyFlight flight(ServerName server, @Nullable KeyId id, boolean renewal) {
        KeyFlight flight = flights.computeIfAbsent(
                server,
                name -> patience.mayAsk(name)
                        ? new KeyFlight(name, renewal, sources, turns, clock, this::keep, this::end)
                        : null);
        if (flight != null) {
            if (id != null) {
                flight.want(id);
            }
            flight.begin(timer);
        }
        return flight;
    }

    /** What the server says itself counts; what a notary says, only if it is newer. */
    private void keep(Found found) {
        known.asMap()
                .merge(
                        found.document().server(),
                        found.document(),
                        (before, now) ->
                                found.own() || now.validUntilMillis() > before.validUntilMillis() ? now : before);
    }

    private void end(KeyFlight flight) {
        KeyDocument document = known.getIfPresent(flight.server());
        boolean fresh = document != null && clock.millis() < document.refreshAtMillis();
        if (flight.end() == End.WHOLE) {
            if (fresh) {
                patience.succeeded(flight.server());
            } else {
                patience.failed(flight.server());
            }
        } else if (flight.end() == End.CUT_SHORT && !fresh) {
            patience.succeeded(flight.server());
        }
        flights.remove(flight.server(), flight);
    }

    /** Ends all fetches. Who waits for one is not told: requests end first. */
    public void close() {
        flights.values().forEach(KeyFlight::dispose);
        reading.dispose();
    }
}
