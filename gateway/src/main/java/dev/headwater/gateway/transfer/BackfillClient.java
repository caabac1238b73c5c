package dev.headwater.gateway.transfer;

import dev.headwater.gateway.auth.RequestSigner;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/** Asks one server for history, as another server would: one signed request. */
public final class BackfillClient {
    private static final int ERROR_TEXT = 300;

    private final URI server;
    private final RequestSigner signer;
    private final Duration timeout;
    private final int maxBytes;

    /**
     * @param server where the server listens, {@code http://host:port} or {@code https://host:port}
     * @param timeout for the whole exchange
     * @param maxBytes the longest answer that is taken
     */
    public BackfillClient(URI server, RequestSigner signer, Duration timeout, int maxBytes) {
        this.server = server;
        this.signer = signer;
        this.timeout = timeout;
        this.maxBytes = maxBytes;
    }

    /**
     * The events of a complete answer, each as its bytes stand there. Subscribing sends the request; cancelling closes
     * the connection. Fails with {@link TransferException} for any other answer, also for one that breaks off.
     */
    public Mono<List<byte[]>> ask(BackfillRequest request) {
        String target = request.target();
        String authorization = signer.authorization(request.destination(), "GET", target);
        String base = server.toString().replaceFirst("/$", "");
        return HttpClient.newConnection()
                .responseTimeout(timeout)
                .headers(headers -> headers.set(HttpHeaderNames.AUTHORIZATION, authorization))
                .get()
                .uri(base + target)
                .response(this::body)
                .single()
                .timeout(timeout, Mono.error(() -> failed("no complete answer within " + timeout.toMillis() + " ms")))
                .map(BackfillAnswer::events)
                .onErrorMap(e -> !(e instanceof TransferException), e -> failed(String.valueOf(e.getMessage())));
    }

    private Mono<byte[]> body(HttpClientResponse response, ByteBufFlux content) {
        return content.asByteArray()
                .collect(ByteArrayOutputStream::new, (body, chunk) -> {
                    if (body.size() + chunk.length > maxBytes) {
                        throw failed("more than " + maxBytes + " bytes of answer; expected at most that");
                    }
                    body.writeBytes(chunk);
                })
                .map(body -> {
                    if (response.status().code() != 200) {
                        String text = brief(body.toByteArray());
                        throw failed("status " + response.status().code() + ", " + text + "; expected 200");
                    }
                    return body.toByteArray();
                });
    }

    private static String brief(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8)
                .replaceAll("\\p{Cntrl}", " ")
                .strip();
        return text.length() <= ERROR_TEXT ? text : text.substring(0, ERROR_TEXT) + "…";
    }

    private TransferException failed(String what) {
        return new TransferException(server + ": " + what);
    }
}
