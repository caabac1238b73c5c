package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class ChunkWriterTest {
    private static final int CHUNKS = 7;

    private final EmbeddedChannel channel =
            new EmbeddedChannel(new FlushConsolidationHandler(256, true), new HttpResponseEncoder());
    private final AtomicBoolean complete = new AtomicBoolean();

    /** As the encoder cannot bear it: the second chunk makes the channel flush, which ends the first one. */
    @Test
    void writesNoChunkWithinTheWriteOfAnother() {
        channel.config()
                .setWriteBufferWaterMark(new WriteBufferWaterMark(JsonStream.CHUNK_BYTES / 2, JsonStream.CHUNK_BYTES));
        Late chunks = new Late();
        new ChunkWriter(chunks, channel, Duration.ofMinutes(1), new Chunked())
                .subscribe(none -> {}, failure -> {}, () -> complete.set(true));

        chunks.give(0);
        chunks.give(1);
        for (int i = 0; i < 10 * CHUNKS && !complete.get(); i++) {
            channel.runPendingTasks();
        }

        assertThat(complete).isTrue();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < CHUNKS; i++) {
            expected.append(Integer.toHexString(JsonStream.CHUNK_BYTES))
                    .append("\r\n")
                    .append(String.valueOf((char) ('a' + i)).repeat(JsonStream.CHUNK_BYTES))
                    .append("\r\n");
        }
        assertThat(sentBody()).isEqualTo(expected.toString());
        assertThat(channel.finish()).isFalse();
    }

    /** The first two come when they are given, as from a walk on another thread; the others at once when they are asked for. */
    private static final class Late extends Flux<ByteBuf> implements Subscription {
        @SuppressWarnings("NullAway.Init")
        private CoreSubscriber<? super ByteBuf> actual;

        private int next;

        @Override
        public void subscribe(CoreSubscriber<? super ByteBuf> subscriber) {
            actual = subscriber;
            subscriber.onSubscribe(this);
        }

        void give(int number) {
            actual.onNext(chunk(number));
        }

        @Override
        public void request(long n) {
            for (long i = 0; i < n; i++, next++) {
                if (next >= 2 && next < CHUNKS) {
                    give(next);
                } else if (next == CHUNKS) {
                    actual.onComplete();
                }
            }
        }

        @Override
        public void cancel() {
            throw new AssertionError("nothing fails here");
        }
    }

    private static ByteBuf chunk(int number) {
        byte[] bytes = new byte[JsonStream.CHUNK_BYTES];
        Arrays.fill(bytes, (byte) ('a' + number));
        return Unpooled.wrappedBuffer(bytes);
    }

    private String sentBody() {
        channel.flushOutbound();
        StringBuilder sent = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            sent.append(part.toString(StandardCharsets.US_ASCII));
            part.release();
        }
        return sent.substring(sent.indexOf("\r\n\r\n") + 4);
    }

    private final class Chunked implements ChunkWriter.Response {
        @Override
        public void begin() {
            HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            channel.writeAndFlush(head);
        }

        @Override
        public Mono<Void> whole(ByteBuf only) {
            only.release();
            return Mono.error(new AssertionError("there is more than one chunk"));
        }

        @Override
        public void written(int bytes, ChannelFuture written) {
            assertThat(bytes).isEqualTo(JsonStream.CHUNK_BYTES);
        }
    }
}
