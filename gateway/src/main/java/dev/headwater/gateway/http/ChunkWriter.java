package dev.headwater.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Writes the chunks of one response to its channel at the speed of the reader, all on the channel's event loop.
 *
 * <p>Two chunks exist at a time, and leave in one system call. The last one is not waited for: the end of the response
 * follows at once and leaves with it. Completes
 * empty if there are no chunks, with nothing written; fails with what the chunks fail with, or with
 * {@link ResponseWriter.SlowReaderException}. Cancelling cancels the chunks.
 */
final class ChunkWriter extends Mono<Void> {
    private static final int AT_ONCE = 2;

    private final Flux<ByteBuf> chunks;
    private final Channel channel;
    private final Duration patience;
    private final Response response;

    /** The response around the chunks. */
    interface Response {
        /** Sends the head of a response in chunks. */
        void begin();

        /** Sends a response of this one chunk. */
        Mono<Void> whole(ByteBuf only);

        /** @param written ends when the chunk has left, or never will */
        void written(int bytes, ChannelFuture written);
    }

    /** @param patience how long a chunk may take to leave */
    ChunkWriter(Flux<ByteBuf> chunks, Channel channel, Duration patience, Response response) {
        this.chunks = chunks;
        this.channel = channel;
        this.patience = patience;
        this.response = response;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        chunks.subscribe(new Writing(this, actual));
    }

    private static final class Writing implements CoreSubscriber<ByteBuf>, Subscription, ChannelFutureListener {
        private final ChunkWriter parent;
        private final CoreSubscriber<? super Void> actual;
        private final EventLoop loop;
        private final AtomicInteger onTheWay = new AtomicInteger();
        private @Nullable Subscription upstream;

        // Below: touched on the event loop only.
        private boolean begun;
        private boolean over;
        private boolean complete;
        private int leaving;
        private @Nullable ByteBuf last;
        private long movedAt;
        private @Nullable Future<?> watch;
        private @Nullable Disposable whole;

        Writing(ChunkWriter parent, CoreSubscriber<? super Void> actual) {
            this.parent = parent;
            this.actual = actual;
            this.loop = parent.channel.eventLoop();
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                actual.onSubscribe(this);
                subscription.request(AT_ONCE);
            }
        }

        /** In the order of the signals, also of those that come from another thread. */
        private void onLoop(Runnable step) {
            if (onTheWay.get() == 0 && loop.inEventLoop()) {
                step.run();
                return;
            }
            onTheWay.incrementAndGet();
            loop.execute(() -> {
                onTheWay.decrementAndGet();
                step.run();
            });
        }

        @Override
        public void onNext(ByteBuf chunk) {
            try {
                onLoop(() -> take(chunk));
            } catch (RejectedExecutionException e) {
                // The loop is being shut down, and with it the connection.
                cancelUpstream();
                chunk.release();
            }
        }

        @Override
        public void onError(Throwable failure) {
            onLoop(() -> fail(failure));
        }

        @Override
        public void onComplete() {
            onLoop(() -> {
                complete = true;
                endIfLeft();
            });
        }

        @Override
        public void request(long n) {
            // Nothing but an end is ever emitted.
        }

        @Override
        public void cancel() {
            cancelUpstream();
            onLoop(() -> {
                Disposable writing = whole;
                if (writing != null) {
                    writing.dispose();
                }
                finish();
            });
        }

        private void take(ByteBuf chunk) {
            boolean full = chunk.readableBytes() == JsonStream.CHUNK_BYTES;
            if (over) {
                chunk.release();
            } else if (full || begun) {
                if (!begun) {
                    begun = true;
                    movedAt = System.nanoTime();
                    watch = loop.schedule(this::look, parent.patience.toNanos(), TimeUnit.NANOSECONDS);
                    parent.response.begin();
                }
                if (full) {
                    write(chunk);
                } else {
                    last = chunk;
                    endIfLeft();
                }
            } else {
                over = true;
                whole = parent.response.whole(chunk).subscribe(none -> {}, actual::onError, actual::onComplete);
            }
        }

        private void write(ByteBuf chunk) {
            leaving++;
            int bytes = chunk.readableBytes();
            ChannelFuture written = parent.channel.writeAndFlush(chunk);
            parent.response.written(bytes, written);
            written.addListener(this);
        }

        /** A chunk has left, or never will. */
        @Override
        public void operationComplete(ChannelFuture sent) {
            leaving--;
            movedAt = System.nanoTime();
            if (over) {
                if (leaving == 0) {
                    stopWatching();
                }
                if (!sent.isSuccess()) {
                    parent.channel.close();
                }
                return;
            }
            if (!sent.isSuccess()) {
                cancelUpstream();
                fail(sent.cause());
                return;
            }
            try {
                // Not here: this may be within the write of another chunk, which Netty's HTTP encoder would write
                // twice if it were given one more in the middle of it.
                loop.execute(this::goOn);
            } catch (RejectedExecutionException e) {
                cancelUpstream();
            }
        }

        private void goOn() {
            endIfLeft();
            Subscription subscription = upstream;
            if (!over && subscription != null) {
                subscription.request(1);
            }
        }

        private void endIfLeft() {
            if (over || leaving == AT_ONCE || (last == null && !complete)) {
                return;
            }
            over = true;
            ByteBuf chunk = last;
            if (chunk == null) {
                stopWatching();
            } else {
                last = null;
                write(chunk);
            }
            actual.onComplete();
        }

        private void look() {
            if (leaving == 0) {
                // The store is waited for, not the reader.
                movedAt = System.nanoTime();
            }
            long left = movedAt + parent.patience.toNanos() - System.nanoTime();
            if (left > 0) {
                watch = loop.schedule(this::look, left, TimeUnit.NANOSECONDS);
            } else if (over) {
                parent.channel.close();
            } else {
                cancelUpstream();
                fail(new ResponseWriter.SlowReaderException(parent.patience));
            }
        }

        private void fail(Throwable failure) {
            if (over) {
                Operators.onErrorDropped(failure, currentContext());
                return;
            }
            finish();
            actual.onError(failure);
        }

        private void finish() {
            over = true;
            stopWatching();
            ByteBuf chunk = last;
            if (chunk != null) {
                last = null;
                chunk.release();
            }
        }

        private void stopWatching() {
            Future<?> running = watch;
            if (running != null) {
                running.cancel(false);
                watch = null;
            }
        }

        private void cancelUpstream() {
            Subscription subscription = upstream;
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }
}
