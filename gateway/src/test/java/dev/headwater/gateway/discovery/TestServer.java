package dev.headwater.gateway.discovery;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/** A server with TLS on a loopback address; unless told otherwise, it answers who it is and what it was asked as. */
final class TestServer implements AutoCloseable {
    /** What a server does with a request. */
    interface Handler {
        Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response);
    }

    private final DisposableServer server;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile Handler handler;

    private TestServer(@Nullable SslContext tls, LoopResources loops, String address, int port, Handler handler) {
        this.handler = handler;
        HttpServer listener = HttpServer.create()
                .bindAddress(() -> new InetSocketAddress(address, port))
                .runOn(loops, false)
                .doOnChannelInit((observer, channel, remote) -> connections.incrementAndGet())
                .handle((request, response) -> {
                    requests.add(request.method() + " " + host(request) + request.uri());
                    return this.handler.handle(request, response);
                });
        server = (tls == null ? listener : listener.secure(spec -> spec.sslContext(tls))).bindNow();
    }

    /** Answers {@code name host=… sni=…}. */
    static TestServer named(String name, SslContext tls, LoopResources loops, String address, int port) {
        return new TestServer(
                tls,
                loops,
                address,
                port,
                (request, response) -> response.sendString(
                        Mono.just(name + " host=" + host(request) + " sni=" + serverName(request))));
    }

    static TestServer of(@Nullable SslContext tls, LoopResources loops, String address, int port, Handler handler) {
        return new TestServer(tls, loops, address, port, handler);
    }

    void handler(Handler next) {
        handler = next;
    }

    /** A whole answer. */
    static Handler answer(int status, String body, String... headers) {
        return (request, response) -> {
            response.status(status);
            for (int i = 0; i < headers.length; i += 2) {
                response.addHeader(headers[i], headers[i + 1]);
            }
            return response.sendString(Mono.just(body));
        };
    }

    int port() {
        return server.port();
    }

    int connections() {
        return connections.get();
    }

    /** Each as {@code METHOD host/target}. */
    List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        server.disposeNow(Duration.ofSeconds(5));
    }

    private static String host(HttpServerRequest request) {
        return String.join(",", request.requestHeaders().getAll("Host"));
    }

    private static String serverName(HttpServerRequest request) {
        StringBuilder names = new StringBuilder();
        request.withConnection(connection -> {
            SslHandler tls = connection.channel().pipeline().get(SslHandler.class);
            names.append(((ExtendedSSLSession) tls.engine().getSession())
                    .getRequestedServerNames().stream()
                            .map(name -> ((SNIHostName) name).getAsciiName())
                            .collect(Collectors.joining(",")));
        });
        return names.toString();
    }
}
