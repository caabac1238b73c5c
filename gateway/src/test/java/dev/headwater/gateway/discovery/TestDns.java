package dev.headwater.gateway.discovery;

import inet.ipaddr.IPAddressString;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A DNS server on loopback that answers what it was told to, and counts what it was asked. */
final class TestDns implements AutoCloseable {
    private record Question(String name, DnsRecordType type) {}

    private record Record(String owner, DnsRecordType type, byte[] data, long ttl) {}

    /** @param code null for silence */
    private record Answer(DnsResponseCode code, List<Record> records) {}

    private static final long TTL = 60;

    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Map<Question, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final Map<Question, Integer> asked = new ConcurrentHashMap<>();
    private final Channel channel;

    TestDns() {
        channel = new Bootstrap()
                .group(loop)
                .channel(NioDatagramChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        ch.pipeline().addLast(new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder());
                        ch.pipeline().addLast(new Answering());
                    }
                })
                .bind(new InetSocketAddress("127.0.0.1", 0))
                .syncUninterruptibly()
                .channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    /** Addresses of a name, of both kinds, as its whole answer. Told again, it is the next answer; the last one stays. */
    TestDns host(String name, String... addresses) {
        return host(TTL, name, addresses);
    }

    TestDns host(long ttl, String name, String... addresses) {
        List<Record> four = new ArrayList<>();
        List<Record> six = new ArrayList<>();
        for (String address : addresses) {
            byte[] bytes = bytes(address);
            DnsRecordType type = address.contains(":") ? DnsRecordType.AAAA : DnsRecordType.A;
            (type == DnsRecordType.A ? four : six).add(new Record(name, type, bytes, ttl));
        }
        then(name, DnsRecordType.A, new Answer(DnsResponseCode.NOERROR, four));
        return then(name, DnsRecordType.AAAA, new Answer(DnsResponseCode.NOERROR, six));
    }

    /** A name that stands for another one, whose addresses come in the same answer. */
    TestDns alias(String name, String target, String address) {
        byte[] bytes = bytes(address);
        Record alias = new Record(name, DnsRecordType.CNAME, name(target), TTL);
        Record last = new Record(target, DnsRecordType.A, bytes, TTL);
        then(name, DnsRecordType.AAAA, new Answer(DnsResponseCode.NOERROR, List.of(alias)));
        return then(name, DnsRecordType.A, new Answer(DnsResponseCode.NOERROR, List.of(alias, last)));
    }

    /** @param services each {@code priority weight port target} */
    TestDns services(String name, String... services) {
        List<Record> records = new ArrayList<>();
        for (String service : services) {
            String[] parts = service.split(" ", -1);
            ByteBuf data = Unpooled.buffer()
                    .writeShort(Integer.parseInt(parts[0]))
                    .writeShort(Integer.parseInt(parts[1]))
                    .writeShort(Integer.parseInt(parts[2]))
                    .writeBytes(name(parts[3]));
            byte[] bytes = new byte[data.readableBytes()];
            data.readBytes(bytes);
            records.add(new Record(name, DnsRecordType.SRV, bytes, TTL));
        }
        return then(name, DnsRecordType.SRV, new Answer(DnsResponseCode.NOERROR, records));
    }

    /** An answer that does not say whether there is anything. */
    TestDns fails(String name, DnsRecordType type) {
        return then(name, type, new Answer(DnsResponseCode.SERVFAIL, List.of()));
    }

    /** Bytes that are no record of the type. */
    TestDns broken(String name, DnsRecordType type, byte... data) {
        return then(name, type, new Answer(DnsResponseCode.NOERROR, List.of(new Record(name, type, data, TTL))));
    }

    int asked(String name, DnsRecordType type) {
        return asked.getOrDefault(new Question(name, type), 0);
    }

    int asked() {
        return asked.values().stream().mapToInt(Integer::intValue).sum();
    }

    private TestDns then(String name, DnsRecordType type, Answer answer) {
        answers.computeIfAbsent(new Question(name, type), absent -> new ArrayDeque<>())
                .add(answer);
        return this;
    }

    /** Of an IPv6 address always sixteen. */
    private static byte[] bytes(String address) {
        return new IPAddressString(address).getAddress().getBytes();
    }

    private static byte[] name(String text) {
        ByteBuf out = Unpooled.buffer();
        for (String label : text.split("\\.")) {
            byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
            out.writeByte(bytes.length).writeBytes(bytes);
        }
        out.writeByte(0);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Answering extends SimpleChannelInboundHandler<DatagramDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
            DnsQuestion question = query.recordAt(DnsSection.QUESTION);
            String name = question.name().toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
            Question asks = new Question(name, question.type());
            asked.merge(asks, 1, Integer::sum);
            Deque<Answer> known = answers.get(asks);
            Answer answer = known == null
                    ? new Answer(DnsResponseCode.NXDOMAIN, List.of())
                    : known.size() > 1 ? known.remove() : known.element();
            DatagramDnsResponse response = new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
            response.setCode(answer.code()).setRecursionAvailable(true);
            response.addRecord(DnsSection.QUESTION, question);
            for (Record record : answer.records()) {
                response.addRecord(
                        DnsSection.ANSWER,
                        new DefaultDnsRawRecord(
                                record.owner() + ".",
                                record.type(),
                                record.ttl(),
                                Unpooled.wrappedBuffer(record.data())));
            }
            ctx.writeAndFlush(response);
        }
    }
}
