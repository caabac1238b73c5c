package dev.headwater.loadtest.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A load of a fixed number of connections, each with one request in flight, sent as the bytes they are: little enough
 * work a response that the server beside it on the same cores is what is measured.
 */
final class ClosedLoop implements AutoCloseable {
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    /**
     * @param requests answers with status 200 received
     * @param bodyBytes bytes of their bodies
     * @param latencies nanoseconds each, ascending
     */
    record Outcome(int requests, long bodyBytes, long nanos, long[] latencies) {
        double perSecond() {
            return requests * 1e9 / nanos;
        }

        double percentileMicros(double percentile) {
            return latencies.length == 0 ? Double.NaN : latencies[(int) ((latencies.length - 1) * percentile)] / 1e3;
        }
    }

    /**
     * Sends requests in turn until the time is over, then lets those in flight end.
     *
     * @throws IllegalStateException if an answer is not a 200, or a connection fails: such a run measures something else
     */
    Outcome run(InetSocketAddress target, List<byte[]> requests, int connections, Duration time)
            throws InterruptedException {
        var run = new Run(requests, System.nanoTime() + time.toNanos(), connections);
        var bootstrap =
                new Bootstrap().group(loop).channel(NioSocketChannel.class).handler(run.initializer());
        long start = System.nanoTime();
        List<Channel> channels = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                channels.add(bootstrap.connect(target).sync().channel());
            }
            run.ended.await();
        } finally {
            channels.forEach(Channel::close);
        }
        Throwable failure = run.failure.get();
        if (failure != null) {
            throw new IllegalStateException("the load on " + target + " failed: " + failure.getMessage(), failure);
        }
        long[] latencies = run.latencies.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(latencies);
        return new Outcome(latencies.length, run.bodyBytes, System.nanoTime() - start, latencies);
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** The bytes of a GET on a kept connection. */
    static byte[] get(String target, String host, @Nullable String authorization) {
        String head = "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n"
                + (authorization == null ? "" : "Authorization: " + authorization + "\r\n") + "\r\n";
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    /** One measurement; its fields are touched by the one event loop only, but for the two that end it. */
    private static final class Run {
        private final List<byte[]> requests;
        private final long deadline;
        private final CountDownLatch ended;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final AtomicInteger next = new AtomicInteger();
        private final List<Long> latencies = new ArrayList<>();
        private long bodyBytes;

        Run(List<byte[]> requests, long deadline, int connections) {
            this.requests = requests;
            this.deadline = deadline;
            this.ended = new CountDownLatch(connections);
        }

        ChannelInitializer<Channel> initializer() {
            return new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new HttpResponseDecoder(), new Connection(Run.this));
                }
            };
        }
    }

    private static final class Connection extends SimpleChannelInboundHandler<HttpObject> {
        private final Run run;
        private long sentAt;
        private boolean done;

        Connection(Run run) {
            this.run = run;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            send(context);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            if (message instanceof HttpResponse response && response.status().code() != 200) {
                fail(context, new IllegalStateException("status " + response.status()));
            } else if (message instanceof HttpContent content) {
                run.bodyBytes += content.content().readableBytes();
                if (content instanceof LastHttpContent) {
                    long now = System.nanoTime();
                    run.latencies.add(now - sentAt);
                    if (now < run.deadline) {
                        send(context);
                    } else {
                        end();
                    }
                }
            }
        }

        private void send(ChannelHandlerContext context) {
            sentAt = System.nanoTime();
            byte[] request = run.requests.get(Math.floorMod(run.next.getAndIncrement(), run.requests.size()));
            context.writeAndFlush(Unpooled.wrappedBuffer(request));
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!done) {
                fail(context, new IllegalStateException("the server closed the connection"));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail(context, cause);
        }

        private void fail(ChannelHandlerContext context, Throwable cause) {
            run.failure.compareAndSet(null, cause);
            end();
            context.close();
        }

        private void end() {
            if (!done) {
                done = true;
                run.ended.countDown();
            }
        }
    }
}
