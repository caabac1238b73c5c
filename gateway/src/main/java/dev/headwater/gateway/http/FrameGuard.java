package dev.headwater.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what a connection of HTTP/2 may cost beside its requests. Stands before the codec and looks only at the headers
 * of frames, so that it sees also those that the codec drops without a word.
 *
 * <p>Frames that ask for no answer are paid for: a connection begins with some credit, and earns more by time, by
 * requests, and by the bytes that it is sent. Who has spent it is told {@code ENHANCE_YOUR_CALM} and cut off. Beside that,
 * a frame or a header block that has begun must end, and a connection that takes no more bytes must take some, within
 * their times.
 */
final class FrameGuard extends ChannelDuplexHandler {
    private static final int PREFACE_BYTES = 24;
    private static final int FRAME_HEADER_BYTES = 9;
    private static final int END_HEADERS = 0x4;

    /** More than any client sends before its first request, ten times over. */
    private static final long FIRST_CREDIT = 200;

    /** What a connection can save up: a second's work of decoding frames, at most a hundredth of a core's. */
    private static final long MOST_CREDIT = 2_000;

    /** Pings, changes of settings and of priorities: a client that does more than this all the time is no client. */
    private static final long CREDIT_A_SECOND = 20;

    /** A request may be given a priority, be cancelled, and have its window opened. */
    private static final long CREDIT_A_REQUEST = 4;

    /** A client may open two windows for each KiB that it is sent; the usual ones do so for each 4 KiB or more. */
    private static final int BYTES_A_CREDIT = 512;

    /** For a goodbye to arrive and to be answered. */
    private static final long LAST_WORDS = TimeUnit.SECONDS.toNanos(2);

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final long unitNanos;
    private final long stallNanos;

    private int prefaceLeft = PREFACE_BYTES;
    private final byte[] header = new byte[FRAME_HEADER_BYTES];
    private int headerBytes;
    private int payloadLeft;
    private boolean blockOpen;
    private boolean dead;

    private long credit = FIRST_CREDIT;
    private long creditNanos = System.nanoTime();
    private long sentBytes;

    private long unitSince;
    private boolean unitOpen;
    private @Nullable Future<?> unitTimer;

    private long stalledSince;
    private boolean stalled;
    private @Nullable Future<?> stallTimer;

    /**
     * @param unit how long a frame, or a header block of several, may take to arrive
     * @param stall how long a connection may take none of what waits to be sent
     */
    FrameGuard(Duration unit, Duration stall) {
        unitNanos = unit.toNanos();
        stallNanos = stall.toNanos();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (dead) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof ByteBuf bytes) {
            look(bytes);
            if (credit < 0) {
                earnByTime();
            }
            if (credit < 0) {
                bytes.release();
                cutOff(ctx, "too many frames that ask for nothing");
                return;
            }
            watchUnit(ctx);
        }
        ctx.fireChannelRead(message);
    }

    /** Walks over the frames in a buffer and leaves it as it was. */
    private void look(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (prefaceLeft > 0) {
                int n = Math.min(prefaceLeft, end - at);
                prefaceLeft -= n;
                at += n;
            } else if (payloadLeft > 0) {
                int n = Math.min(payloadLeft, end - at);
                payloadLeft -= n;
                at += n;
            } else {
                int n = Math.min(FRAME_HEADER_BYTES - headerBytes, end - at);
                bytes.getBytes(at, header, headerBytes, n);
                headerBytes += n;
                at += n;
                if (headerBytes == FRAME_HEADER_BYTES) {
                    headerBytes = 0;
                    payloadLeft = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff);
                    frame(header[3], header[4] & 0xff, payloadLeft);
                }
            }
            boolean open = prefaceLeft > 0 || headerBytes > 0 || payloadLeft > 0 || blockOpen;
            if (open && !unitOpen) {
                unitSince = System.nanoTime();
            }
            unitOpen = open;
        }
    }

    private void frame(byte type, int flags, int length) {
        switch (type) {
            case Http2FrameTypes.HEADERS -> {
                blockOpen = (flags & END_HEADERS) == 0;
                earn(CREDIT_A_REQUEST);
            }
            case Http2FrameTypes.CONTINUATION -> {
                blockOpen = (flags & END_HEADERS) == 0;
                credit--;
            }
            case Http2FrameTypes.DATA -> credit -= length == 0 ? 1 : 0;
            default -> credit--;
        }
    }

    private void earn(long more) {
        credit = Math.min(MOST_CREDIT, credit + more);
    }

    private void earnByTime() {
        long now = System.nanoTime();
        long earned = (now - creditNanos) / (SECOND / CREDIT_A_SECOND);
        creditNanos += earned * (SECOND / CREDIT_A_SECOND);
        earn(earned);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            sentBytes += bytes.readableBytes();
            if (sentBytes >= BYTES_A_CREDIT) {
                earn(sentBytes / BYTES_A_CREDIT);
                sentBytes %= BYTES_A_CREDIT;
            }
        }
        ctx.write(message, promise);
    }

    private void watchUnit(ChannelHandlerContext ctx) {
        if (unitOpen && unitTimer == null) {
            unitTimer = after(ctx, unitNanos, this::checkUnit);
        }
    }

    private void checkUnit(ChannelHandlerContext ctx) {
        unitTimer = null;
        if (unitOpen) {
            long left = unitNanos - (System.nanoTime() - unitSince);
            if (left <= 0) {
                cutOff(ctx, "a frame did not come in time");
            } else {
                unitTimer = after(ctx, left, this::checkUnit);
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean full = !ctx.channel().isWritable();
        if (full && !stalled) {
            stalledSince = System.nanoTime();
            if (stallTimer == null) {
                stallTimer = after(ctx, stallNanos, this::checkStall);
            }
        }
        stalled = full;
        ctx.fireChannelWritabilityChanged();
    }

    private void checkStall(ChannelHandlerContext ctx) {
        stallTimer = null;
        if (stalled) {
            long left = stallNanos - (System.nanoTime() - stalledSince);
            if (left <= 0) {
                ctx.close(); // from here on, past the codec, which would wait for its farewell to be taken
            } else {
                stallTimer = after(ctx, left, this::checkStall);
            }
        }
    }

    private static void cutOff(ChannelHandlerContext ctx, String why) {
        ctx.fireExceptionCaught(Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, why));
    }

    /** Takes no more, and closes for good if the codec's goodbye is not taken. */
    void stop(ChannelHandlerContext ctx) {
        if (!dead) {
            dead = true;
            stopTimers();
            LingeringClose.arm(ctx.channel());
            after(ctx, LAST_WORDS, ChannelHandlerContext::close);
        }
    }

    private static Future<?> after(ChannelHandlerContext ctx, long nanos, Consumer<ChannelHandlerContext> action) {
        return ctx.executor().schedule(() -> action.accept(ctx), nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stopTimers();
        ctx.fireChannelInactive();
    }

    private void stopTimers() {
        unitTimer = stopped(unitTimer);
        stallTimer = stopped(stallTimer);
    }

    private static @Nullable Future<?> stopped(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
        return null;
    }
}
