package dev.headwater.loadtest.bench;

import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.testing.RedisServer;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Readers that ask for much and take nothing: what each of them costs in memory, and whether others notice. */
final class SlowReaders implements Row {
    private static final int LIMIT = 1_000;
    private static final int PAGE = 4_096;
    /** As little as the kernel gives, so that what it holds is held for the server. */
    private static final int RECEIVE_BUFFER = 2_048;

    private static final Duration LOOKED_AT = Duration.ofSeconds(5);
    private static final Duration MOST_SETTLING = Duration.ofMinutes(2);
    private static final Pattern TCP_PAGES = Pattern.compile("TCP: .* mem ([0-9]+)");

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    /** Bytes: of the Java heap, of buffers outside it, and of the kernel for TCP, both ends of connections together. */
    private record Memory(long heap, long direct, long kernel) {
        static Memory of(Measured measured) throws IOException {
            long[] own = measured.memory();
            Matcher pages = TCP_PAGES.matcher(Files.readString(Path.of("/proc/net/sockstat")));
            if (!pages.find()) {
                throw new IOException("/proc/net/sockstat does not say how much memory TCP has");
            }
            return new Memory(own[0], own[1], Long.parseLong(pages.group(1)) * PAGE);
        }
    }

    @Override
    public Section run(Settings settings) throws Exception {
        Table table = new Table(
                "", "heap KB each", "direct KB each", "kernel KB each", "p50 ms of others", "p99 ms of others");
        List<Ratio> ratios = new ArrayList<>();
        try (RedisServer redis = RedisServer.started("--appendonly", "no")) {
            RoomShape shape = RoomShape.ordinary(settings.seed(), settings.events());
            FilledRoom room = FilledRoom.fill(redis.uri(), shape, 1, LIMIT, null);
            for (String way : List.of(Measured.COLD, Measured.WARM)) {
                measure(settings, redis, room, way, table, ratios);
            }
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
        return new Section(
                "slow-readers",
                "%d readers ask for %d events each and read nothing; beside them one request of %d events at a time."
                        .formatted(settings.readers(), LIMIT, settings.limit()),
                table,
                ratios,
                null);
    }

    private void measure(
            Settings settings, RedisServer redis, FilledRoom room, String way, Table table, List<Ratio> ratios)
            throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of("-Xms2g", "-Xmx2g"));
        options.addAll(settings.serverOptions());
        try (Measured measured = Measured.start(redis.uri(), room.shape(), room.newest(), settings.limit(), options);
                ClosedLoop load = new ClosedLoop()) {
            InetSocketAddress address = new InetSocketAddress("127.0.0.1", measured.port(way));
            List<byte[]> normal = Measured.requests(room, 1, settings.limit());
            load.run(address, normal, settings.connections(), settings.turn());
            // What the cache takes up is not the readers': the whole room is read before they come.
            List<byte[]> whole = Measured.requests(room, 1, settings.events());
            load.run(address, whole.subList(whole.size() - 1, whole.size()), 1, Duration.ZERO);
            Memory before = Memory.of(measured);
            List<Channel> readers = open(address, Measured.requests(room, 1, LIMIT), settings.readers());
            Memory after = settled(measured);
            ClosedLoop.Outcome others = load.run(address, normal, 1, LOOKED_AT);
            readers.forEach(Channel::close);
            double heap = each(after.heap - before.heap, settings);
            double direct = each(after.direct - before.direct, settings);
            double kernel = each(after.kernel - before.kernel, settings);
            double p99 = others.percentileMicros(0.99) / 1_000;
            table.row(
                    way,
                    decimal(heap),
                    decimal(direct),
                    decimal(kernel),
                    decimal(others.percentileMicros(0.5) / 1_000),
                    decimal(p99));
            ratios.add(Ratio.atMost("slow-reader-heap-kb-" + way, Spread.of(heap), 16));
            ratios.add(Ratio.atMost("slow-reader-direct-kb-" + way, Spread.of(direct), 64));
            ratios.add(Ratio.atMost("slow-reader-kernel-kb-" + way, Spread.of(kernel), 64));
            ratios.add(Ratio.atMost("others-p99-ms-" + way, Spread.of(p99), 10));
        }
    }

    private List<Channel> open(InetSocketAddress address, List<byte[]> requests, int count)
            throws InterruptedException {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel reader) {
                        // Nothing is read, so nothing has to handle it.
                    }
                });
        List<Channel> readers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Channel reader = bootstrap.connect(address).sync().channel();
            reader.writeAndFlush(Unpooled.wrappedBuffer(requests.get(i % requests.size())))
                    .sync();
            readers.add(reader);
        }
        return readers;
    }

    /** Once it no longer grows. */
    private static Memory settled(Measured measured) throws IOException, InterruptedException {
        Memory[] last = {Memory.of(measured)};
        Waiting.until(
                "slow readers to take up no more memory",
                () -> {
                    Memory before = last[0];
                    Memory now = Memory.of(measured);
                    last[0] = now;
                    return now.direct <= before.direct && now.kernel <= before.kernel;
                },
                Duration.ofSeconds(2),
                MOST_SETTLING);
        return last[0];
    }

    private static double each(long bytes, Settings settings) {
        return bytes / 1e3 / settings.readers();
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
