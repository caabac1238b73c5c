package dev.headwater.gateway.discovery;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslContext;
import io.netty.resolver.NoopAddressResolverGroup;
import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.Consumer;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** One request to a server that was found, and its answer: over HTTP/1.1, on pooled connections, never redirected. */
final class HttpExchange {
    /** As many as one server would be asked for at once; a second one waits. */
    private static final int CONNECTIONS_OF_ONE = 4;

    private static final int WAITING_FOR_ONE = 64;

    /** In all, those that wait for their next request included: far below what a process may have open. */
    static final int MAX_CONNECTIONS = 512;

    private static final Duration WAIT = Duration.ofSeconds(10);

    /** Shorter than servers and proxies keep theirs, so that we close first. */
    private static final Duration IDLE = Duration.ofSeconds(20);

    /** By then a server may have moved, and its certificate may have expired. */
    private static final Duration LIFE = Duration.ofMinutes(5);

    private static final Duration EVICTION = Duration.ofSeconds(10);

    /** Two addresses that do not answer, and one that does, fit into ten seconds. */
    private static final Duration CONNECT = Duration.ofSeconds(3);

    private static final Duration HANDSHAKE = Duration.ofSeconds(5);

    /** Of those that a name has: the rest would take too long. */
    private static final int MAX_ADDRESSES = 4;

    private static final int MAX_LINE = 4 * 1024;
    private static final int MAX_HEADERS = 16 * 1024;

    /** @param body complete */
    record Answer(int status, HttpHeaders headers, byte[] body) {}

    /** The body is longer than what is taken. */
    static final class TooLargeException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLargeException() {
            super("the body is longer than what is taken");
        }
    }

    private final ConnectionProvider connections;
    private final HttpClient secure;
    private final HttpClient plain;

    HttpExchange(AddressGuard guard, SslContext tls, LoopResources loops) {
        connections = ConnectionProvider.builder("headwater-outgoing")
                .maxConnections(CONNECTIONS_OF_ONE)
                .pendingAcquireMaxCount(WAITING_FOR_ONE)
                .pendingAcquireTimeout(WAIT)
                .maxIdleTime(IDLE)
                .maxLifeTime(LIFE)
                .evictInBackground(EVICTION)
                // Each server has a pool, and strangers name servers.
                .disposeInactivePoolsInBackground(EVICTION, IDLE)
                .build();
        plain = HttpClient.create(connections)
                .runOn(loops, false)
                .protocol(HttpProtocol.HTTP11)
                // Addresses come resolved; a name that slipped through fails.
                .resolver(NoopAddressResolverGroup.INSTANCE)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT.toMillis())
                .followRedirect(false)
                .httpResponseDecoder(
                        decoder -> decoder.maxInitialLineLength(MAX_LINE).maxHeaderSize(MAX_HEADERS))
                .doOnChannelInit(
                        (observer, channel, remote) -> channel.pipeline().addFirst("headwater.addresses", guard));
        secure = plain.secure(spec -> spec.sslContext(tls).handshakeTimeout(HANDSHAKE));
    }

    /**
     * Subscribing sends the request to the first address that a connection can be made to; cancelling closes it. Fails
     * with what the network or TLS said, or with {@link TooLargeException}.
     *
     * @param target path and query exactly as they go onto the wire
     * @param body null for none
     */
    Mono<Answer> send(
            ResolvedServer server,
            HttpMethod method,
            String target,
            Consumer<HttpHeaders> headers,
            byte @Nullable [] body,
            int maxBytes) {
        HttpClient client = (server.secure() ? secure : plain).headers(own -> {
            own.set(HttpHeaderNames.HOST, server.host()).set(HttpHeaderNames.USER_AGENT, "Headwater");
            headers.accept(own);
            if (body != null) {
                own.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
            }
        });
        Iterator<InetSocketAddress> addresses =
                server.addresses().stream().limit(MAX_ADDRESSES).iterator();
        return Mono.defer(() -> send(client, addresses, method, target, body, maxBytes));
    }

    private Mono<Answer> send(
            HttpClient client,
            Iterator<InetSocketAddress> addresses,
            HttpMethod method,
            String target,
            byte @Nullable [] body,
            int maxBytes) {
        InetSocketAddress address = addresses.next();
        HttpClient.RequestSender sender =
                client.remoteAddress(() -> address).request(method).uri(target);
        HttpClient.ResponseReceiver<?> receiver =
                body == null ? sender : sender.send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body)));
        Mono<Answer> answer = receiver.response((response, content) -> answer(response, content, maxBytes))
                .single();
        return addresses.hasNext()
                ? answer.onErrorResume(
                        HttpExchange::beforeTheRequest, e -> send(client, addresses, method, target, body, maxBytes))
                : answer;
    }

    /** Nothing was sent, so another address may be tried. */
    private static boolean beforeTheRequest(Throwable e) {
        return e instanceof ConnectException || e instanceof SSLHandshakeException;
    }

    private static Mono<Answer> answer(HttpClientResponse response, ByteBufFlux content, int maxBytes) {
        return content.asByteArray()
                .collect(ByteArrayOutputStream::new, (body, chunk) -> {
                    if (chunk.length > maxBytes - body.size()) {
                        throw new TooLargeException();
                    }
                    body.writeBytes(chunk);
                })
                .map(body -> new Answer(response.status().code(), response.responseHeaders(), body.toByteArray()));
    }

    /** Closes all connections; subscribing starts it. */
    Mono<Void> close() {
        return connections.disposeLater();
    }
}
