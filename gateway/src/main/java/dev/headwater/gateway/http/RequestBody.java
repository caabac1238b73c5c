package dev.headwater.gateway.http;

import dev.headwater.gateway.http.RefusedException.Cause;
import dev.headwater.gateway.limit.Bodies;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.StrictJson;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpUtil;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import tools.jackson.databind.node.ObjectNode;

/** The body of a request that has one: read whole, within bounds of bytes and time, and taken as strict JSON. */
final class RequestBody {
    /** Most bodies are smaller; others grow it by doubling as their bytes come, whatever length they announce. */
    private static final int FIRST_BYTES = 4 * 1024;

    private RequestBody() {}

    /**
     * The body as a JSON object. Subscribing reads it; cancelling stops reading. What has come is copied and released piece
     * by piece. Fails with {@link RefusedException} if it is too large, does not come in time, has another content type or is
     * not a JSON object.
     *
     * @param held counts what has come, and refuses more than there is room for
     */
    static Mono<ObjectNode> read(HttpServerRequest request, Duration allowed, Bodies.Body held) {
        String type = request.requestHeaders().get(HttpHeaderNames.CONTENT_TYPE);
        if (type != null && !isJson(type)) {
            throw new RefusedException(Cause.NOT_JSON, "expected a body of type application/json");
        }
        return request.receive()
                .doOnNext(piece -> held.grow(piece.readableBytes()))
                .collect(() -> new ByteArrayOutputStream(FIRST_BYTES), RequestBody::add)
                .timeout(allowed, eventLoop(request))
                .onErrorMap(
                        TimeoutException.class,
                        late -> new RefusedException(Cause.TOO_SLOW, "the request's body did not come in time"))
                .map(body -> object(body.toByteArray()));
    }

    private static ObjectNode object(byte[] body) {
        try {
            return StrictJson.object(body);
        } catch (BadJsonException e) {
            throw new RefusedException(
                    e.kind() == BadJsonException.Kind.BAD_JSON ? Cause.BAD_JSON : Cause.NOT_JSON,
                    "the request's body: " + e.getMessage());
        }
    }

    private static Scheduler eventLoop(HttpServerRequest request) {
        Scheduler[] loop = new Scheduler[1];
        request.withConnection(connection ->
                loop[0] = Schedulers.fromExecutor(connection.channel().eventLoop()));
        return loop[0];
    }

    private static void add(ByteArrayOutputStream body, ByteBuf piece) {
        int length = piece.readableBytes();
        if (length > HttpRules.MAX_BODY_BYTES - body.size()) {
            throw HttpRules.bodyTooLarge();
        }
        byte[] bytes = new byte[length];
        piece.getBytes(piece.readerIndex(), bytes);
        body.writeBytes(bytes);
    }

    private static boolean isJson(String contentType) {
        CharSequence type = HttpUtil.getMimeType(contentType);
        return type != null && type.toString().strip().equalsIgnoreCase("application/json");
    }
}
