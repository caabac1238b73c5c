package dev.headwater.gateway.keys;

import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.node.ObjectNode;

/** Other servers, which answer when the test lets them: whoever was asked before, and whoever is asked afterwards. */
final class Answers implements KeyRequests {
    final List<Asked> asked = new ArrayList<>();

    private final Map<Asked, Sinks.One<byte[]>> answers = new HashMap<>();
    private final Set<Asked> given = new HashSet<>();
    private final Map<ServerName, byte[]> queries = new HashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();

    /** One request: for a server's own keys, or for what it says as a notary. */
    record Asked(ServerName server, boolean asNotary) {}

    void give(ServerName server, ObjectNode document) {
        body(server, CanonicalJson.encode(document));
    }

    void body(ServerName server, byte[] body) {
        answer(new Asked(server, false)).tryEmitValue(body);
    }

    void tell(ServerName notary, byte[] body) {
        answer(new Asked(notary, true)).tryEmitValue(body);
    }

    void fail(ServerName server) {
        answer(new Asked(server, false)).tryEmitError(new IllegalStateException("cannot be reached"));
    }

    /** Whoever is asked from now on is silent again. */
    void forget(ServerName server) {
        answers.put(new Asked(server, false), Sinks.one());
        given.remove(new Asked(server, false));
    }

    byte[] query(ServerName notary) {
        return Objects.requireNonNull(queries.get(notary));
    }

    int underWay() {
        return underWay.get();
    }

    /** The answer that is awaited, or a new one in place of one that was given. */
    private Sinks.One<byte[]> answer(Asked request) {
        if (!given.add(request)) {
            answers.put(request, Sinks.one());
        }
        return answers.computeIfAbsent(request, same -> Sinks.one());
    }

    @Override
    public Mono<byte[]> ofServer(ServerName server) {
        return request(new Asked(server, false));
    }

    @Override
    public Mono<byte[]> ofNotary(ServerName notary, byte[] query) {
        queries.put(notary, query);
        return request(new Asked(notary, true));
    }

    private Mono<byte[]> request(Asked request) {
        return Mono.defer(() -> {
            asked.add(request);
            underWay.incrementAndGet();
            return answers.computeIfAbsent(request, same -> Sinks.one())
                    .asMono()
                    .doFinally(signal -> underWay.decrementAndGet());
        });
    }
}
