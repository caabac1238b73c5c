package dev.headwater.gateway.http;

import dev.headwater.gateway.http.RefusedException.Cause;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * A JSON object that ends in an array of events, as chunks in pooled buffers, written as fast as chunks are asked for.
 *
 * <p>Each chunk but the last has {@link #CHUNK_BYTES}; an event may begin in one chunk and end in the next. Nothing is
 * asked of the source without a demand for chunks, and then one event at a time: of a reader that stops, no event waits
 * here but the one that is half written, so that what is shown of the others is decided when they are.
 * Empty if the source is. An error of the source is passed on at once; what was not yet handed over is released, so a
 * body is only ever closed by a source that completes. Cancelling cancels the source and releases the chunk in work.
 */
public final class JsonStream extends Flux<ByteBuf> {
    /**
     * Large enough for few system calls, small enough that two of them are a modest price for a reader that stops. And two
     * of them with a head are less than one segment of the loopback device and than half the send buffer: were they as
     * much, the rest would wait for an acknowledgement, which a reader that waits for the rest delays by 40 ms.
     */
    public static final int CHUNK_BYTES = 24 * 1024;

    private static final Slice COMMA = Slice.of(new byte[] {','});

    private final Slice prefix;
    private final Flux<Slice> events;
    private final Slice suffix;
    private final ByteBufAllocator allocator;
    private final LongConsumer written;

    /**
     * @param prefix everything before the first event
     * @param suffix everything behind the last
     * @param written told, chunk by chunk, how many events have been written so far
     */
    public JsonStream(
            byte[] prefix, Flux<Slice> events, byte[] suffix, ByteBufAllocator allocator, LongConsumer written) {
        this.prefix = Slice.of(prefix);
        this.events = events;
        this.suffix = Slice.of(suffix);
        this.allocator = allocator;
        this.written = written;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
        events.subscribe(new Inner(this, actual));
    }

    private static final class Inner implements CoreSubscriber<Slice>, Subscription {
        private static final AtomicIntegerFieldUpdater<Inner> WIP =
                AtomicIntegerFieldUpdater.newUpdater(Inner.class, "wip");
        private static final AtomicLongFieldUpdater<Inner> DEMAND =
                AtomicLongFieldUpdater.newUpdater(Inner.class, "demand");

        private final JsonStream parent;
        private final CoreSubscriber<? super ByteBuf> actual;
        private final Queue<Slice> arrived = Queues.<Slice>unbounded(8).get();

        private @Nullable Subscription upstream;

        @SuppressWarnings("UnusedVariable") // by WIP alone
        private volatile int wip;

        private volatile long demand;
        private volatile boolean cancelled;
        private volatile boolean done;
        private @Nullable Throwable error;

        // Below: touched by whoever holds the drain loop only.
        private long outstanding;
        private long events;
        private @Nullable Slice event;
        private Slice piece;
        private int position;
        private boolean suffixTaken;
        private @Nullable ByteBuf chunk;

        Inner(JsonStream parent, CoreSubscriber<? super ByteBuf> actual) {
            this.parent = parent;
            this.actual = actual;
            this.piece = new Slice(COMMA.array(), 0, 0);
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription s) {
            if (Operators.validate(upstream, s)) {
                upstream = s;
                actual.onSubscribe(this);
            }
        }

        @Override
        public void onNext(Slice next) {
            arrived.add(next);
            drain();
        }

        @Override
        public void onError(Throwable t) {
            if (done) {
                Operators.onErrorDropped(t, currentContext());
                return;
            }
            error = t;
            done = true;
            drain();
        }

        @Override
        public void onComplete() {
            done = true;
            drain();
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                Operators.addCap(DEMAND, this, n);
                drain();
            }
        }

        @Override
        public void cancel() {
            if (!cancelled) {
                cancelled = true;
                Subscription s = upstream;
                if (s != null) {
                    s.cancel();
                }
                drain();
            }
        }

        private void drain() {
            if (WIP.getAndIncrement(this) != 0) {
                return;
            }
            int missed = 1;
            do {
                step();
                missed = WIP.addAndGet(this, -missed);
            } while (missed != 0);
        }

        private void step() {
            while (true) {
                if (cancelled) {
                    drop();
                    return;
                }
                if (done && error != null) {
                    Throwable t = error;
                    finish();
                    actual.onError(t);
                    return;
                }
                boolean nothingToWrite = done && events == 0 && arrived.isEmpty();
                boolean allWritten = suffixTaken && position == piece.length() && chunk == null;
                if (nothingToWrite || allWritten) {
                    finish();
                    actual.onComplete();
                    return;
                }
                if (demand == 0) {
                    return;
                }
                ByteBuf full = fill() ? chunk : null;
                if (full == null) {
                    askForMore();
                    return;
                }
                chunk = null;
                if (Operators.produced(DEMAND, this, 1) == 0) {
                    keepOnlyTheRest();
                }
                parent.written.accept(events);
                actual.onNext(full);
            }
        }

        /** True once the chunk is full or the last; false if more must arrive first, or nothing will. */
        private boolean fill() {
            while (true) {
                if (position == piece.length() && !nextPiece()) {
                    return suffixTaken && chunk != null;
                }
                ByteBuf into = chunk;
                if (into == null) {
                    into = allocate();
                    if (into == null) {
                        return false;
                    }
                    chunk = into;
                }
                int n = Math.min(into.writableBytes(), piece.length() - position);
                into.writeBytes(piece.array(), piece.offset() + position, n);
                position += n;
                if (!into.isWritable()) {
                    return true;
                }
            }
        }

        /** The reader may stop here, and an event is part of a page thirty times its size. */
        private void keepOnlyTheRest() {
            piece = piece.rest(position);
            position = 0;
            Slice next = event;
            if (next != null) {
                event = next.rest(0);
            }
        }

        private boolean nextPiece() {
            boolean nothingFollows = done;
            Slice next = event;
            if (next != null) {
                event = null;
            } else if ((event = arrived.poll()) != null) {
                outstanding--;
                next = events++ == 0 ? parent.prefix : COMMA;
            } else if (nothingFollows && events > 0 && !suffixTaken) {
                suffixTaken = true;
                next = parent.suffix;
            } else {
                return false;
            }
            piece = next;
            position = 0;
            return true;
        }

        private @Nullable ByteBuf allocate() {
            try {
                return parent.allocator.directBuffer(CHUNK_BYTES, CHUNK_BYTES);
            } catch (OutOfDirectMemoryError e) {
                cancelUpstream();
                error = new RefusedException(Cause.OVERLOADED, "no memory is left for responses");
                done = true;
                WIP.incrementAndGet(this);
                return null;
            }
        }

        private void askForMore() {
            if (done || outstanding > 0) {
                return;
            }
            outstanding = 1;
            Subscription s = upstream;
            if (s != null) {
                s.request(1);
            }
        }

        private void cancelUpstream() {
            Subscription s = upstream;
            if (s != null) {
                s.cancel();
            }
        }

        private void finish() {
            cancelled = true;
            drop();
        }

        private void drop() {
            ByteBuf begun = chunk;
            if (begun != null) {
                chunk = null;
                begun.release();
            }
            arrived.clear();
            event = null;
        }
    }
}
