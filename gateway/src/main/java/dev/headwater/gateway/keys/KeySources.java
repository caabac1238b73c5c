package dev.headwater.gateway.keys;

import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.KeyDocument;
import dev.headwater.sign.NotaryAnswer;
import dev.headwater.sign.VerifyKeys;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Asks a server for its keys, and the notaries beside it. */
final class KeySources {
    private static final Logger LOG = LoggerFactory.getLogger(KeySources.class);

    private final KeyRequests requests;
    private final List<TrustedKeyServer> notaries;
    private final Function<ServerName, Mono<VerifyKeys>> keysOfNotary;
    private final Ed25519 ed25519;
    private final Scheduler reading;
    private final Clock clock;

    /** @param own whether the server gave it itself */
    record Found(KeyDocument document, boolean own) {}

    /**
     * @param keysOfNotary how the keys of a notary are had that are not configured
     * @param reading where answers are read and their signatures checked: a stranger's document may have many
     */
    KeySources(
            KeyRequests requests,
            List<TrustedKeyServer> notaries,
            Function<ServerName, Mono<VerifyKeys>> keysOfNotary,
            Ed25519 ed25519,
            Scheduler reading,
            Clock clock) {
        this.requests = requests;
        this.notaries = List.copyOf(notaries);
        this.keysOfNotary = keysOfNotary;
        this.ed25519 = ed25519;
        this.reading = reading;
        this.clock = clock;
    }

    /** Notaries are not asked about each other: two of them could wait for each other. */
    boolean isNotary(ServerName server) {
        return notaries.stream().anyMatch(notary -> notary.name().equals(server));
    }

    /**
     * Every good document of the server, as it arrives. A source that fails is passed over; only if there is no room for
     * a request, the whole fails with {@link RejectedExecutionException}. Subscribing asks all sources at once, and
     * cancelling ends what is under way.
     */
    Flux<Found> of(ServerName server, Set<KeyId> wanted) {
        List<Mono<Found>> sources = new ArrayList<>();
        sources.add(own(server));
        if (!isNotary(server)) {
            notaries.forEach(notary -> sources.add(told(notary, server, wanted)));
        }
        return Flux.merge(sources);
    }

    private Mono<Found> own(ServerName server) {
        return requests.ofServer(server)
                .publishOn(reading)
                .map(body -> new Found(KeyDocument.read(body, server, clock.millis(), ed25519), true))
                .onErrorResume(e -> passOver(e, server, server));
    }

    private Mono<Found> told(TrustedKeyServer notary, ServerName server, Set<KeyId> wanted) {
        Mono<VerifyKeys> keys = notary.verifyKeys().isEmpty()
                ? keysOfNotary.apply(notary.name())
                : Mono.just((name, id, at) -> notary.verifyKeys().get(id));
        return keys.switchIfEmpty(Mono.error(() -> new IllegalStateException("its keys cannot be had")))
                .flatMap(known -> requests.ofNotary(notary.name(), query(server, wanted))
                        .publishOn(reading)
                        .map(body -> new Found(
                                NotaryAnswer.read(body, server, notary.name(), known, clock.millis(), ed25519), false)))
                .onErrorResume(e -> passOver(e, notary.name(), server));
    }

    /** Synapse answers for the key IDs that are named, and only looks into its cache if none is. */
    private byte[] query(ServerName server, Set<KeyId> wanted) {
        ObjectNode query = JsonNodeFactory.instance.objectNode();
        ObjectNode ids = query.putObject("server_keys").putObject(server.value());
        wanted.forEach(id -> ids.putObject(id.value()).put("minimum_valid_until_ts", clock.millis()));
        return CanonicalJson.encode(query);
    }

    private static Mono<Found> passOver(Throwable failure, ServerName asked, ServerName server) {
        if (failure instanceof RejectedExecutionException) {
            return Mono.error(failure);
        }
        LOG.debug("No keys of {} from {}: {}", server, asked, failure.getMessage());
        return Mono.empty();
    }
}
