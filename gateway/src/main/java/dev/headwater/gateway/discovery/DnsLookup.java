package dev.headwater.gateway.discovery;

import static dev.headwater.gateway.discovery.FederationException.Reason.NOT_FOUND;
import static dev.headwater.gateway.discovery.FederationException.Reason.UNREACHABLE;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Looks names up in DNS, and keeps what it was told for as long as it was told, within bounds. One question is asked once
 * at a time, whoever else waits for its answer.
 */
final class DnsLookup implements AutoCloseable {
    /** So often at most is one question asked again, whatever the answer says of its lifetime. */
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    private static final Duration LONGEST = Duration.ofHours(1);

    /** How long it is believed that there is nothing. The answer would say, but Netty does not tell. */
    private static final Duration OF_NOTHING = Duration.ofMinutes(1);

    private static final Duration OF_FAILURE = Duration.ofSeconds(10);

    /** Some 300 bytes each. Beyond it what was used least is forgotten. */
    private static final int MAX_ANSWERS = 20_000;

    /** A server with more addresses can be reached by these. */
    private static final int MAX_RECORDS = 16;

    private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(2);

    /** Several name servers, and aliases of aliases. */
    private static final int MAX_QUERIES = 8;

    private static final Duration TIMEOUT = Duration.ofSeconds(6);

    private record Question(String name, DnsRecordType type) {}

    /** One record of an answer. */
    private sealed interface Found {}

    /** @param alias whether the record is that of another name, for which the one in the question is an alias */
    private record Address(boolean alias, InetAddress address) implements Found {}

    private record Service(ServiceRecord record) implements Found {}

    /** @param failed whether there was no answer at all, not even that there is nothing */
    private record Answer(List<Found> records, boolean failed, Duration lifetime) {}

    private final DnsNameResolver resolver;
    private final AsyncCache<Question, Answer> answers;

    /** @param nameServers empty for those of the operating system */
    DnsLookup(EventLoop loop, List<InetSocketAddress> nameServers, Clock clock) {
        DnsNameResolverBuilder builder = new DnsNameResolverBuilder(loop)
                .datagramChannelType(NioDatagramChannel.class)
                // For answers that do not fit into a datagram.
                .socketChannelType(NioSocketChannel.class)
                // Each from a port of its own: an answer is harder to forge.
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .queryTimeoutMillis(QUERY_TIMEOUT.toMillis())
                .maxQueriesPerResolve(MAX_QUERIES)
                // A server's name is complete as it stands.
                .searchDomains(List.of())
                .resolveCache(NoopDnsCache.INSTANCE)
                .cnameCache(NoopDnsCnameCache.INSTANCE)
                .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE);
        if (!nameServers.isEmpty()) {
            builder.nameServerProvider(new SequentialDnsServerAddressStreamProvider(nameServers));
        }
        resolver = builder.build();
        answers = Caffeine.newBuilder()
                .maximumSize(MAX_ANSWERS)
                .ticker(() -> Duration.between(Instant.EPOCH, clock.instant()).toNanos())
                .expireAfter(Expiry.creating((Question question, Answer answer) -> answer.lifetime()))
                .executor(Runnable::run)
                .buildAsync();
    }

    /**
     * The addresses of a host, IPv4 first: who has no IPv6 would wait for it in vain. Subscribing asks, unless the answer
     * is known; cancelling leaves the question to others. Fails with {@link FederationException} if there is none.
     *
     * @param aliases whether the host may be an alias of another
     */
    Mono<List<InetAddress>> addresses(HostName host, boolean aliases) {
        if (host.address() != null) {
            return Mono.just(List.of(host.address()));
        }
        return Mono.zip(ask(host.value(), DnsRecordType.A), ask(host.value(), DnsRecordType.AAAA), (four, six) -> {
            List<InetAddress> addresses = Stream.of(four, six)
                    .flatMap(answer -> answer.records().stream())
                    .filter(Address.class::isInstance)
                    .map(Address.class::cast)
                    .filter(found -> aliases || !found.alias())
                    .map(Address::address)
                    .toList();
            if (addresses.isEmpty()) {
                throw four.failed() || six.failed()
                        ? unknown(host.value())
                        : FederationException.noAddress(NOT_FOUND, host.value());
            }
            return addresses;
        });
    }

    /**
     * The SRV records of a name, none if it has none. Subscribing asks, unless the answer is known; cancelling leaves the
     * question to others. Fails with {@link FederationException} if that cannot be found out.
     */
    Mono<List<ServiceRecord>> services(String name) {
        return ask(name, DnsRecordType.SRV).map(answer -> {
            if (answer.failed()) {
                throw unknown(name);
            }
            return answer.records().stream()
                    .filter(Service.class::isInstance)
                    .map(found -> ((Service) found).record())
                    .toList();
        });
    }

    private static FederationException unknown(String name) {
        return new FederationException(UNREACHABLE, name + ": its name cannot be looked up");
    }

    @Override
    public void close() {
        resolver.close();
    }

    private Mono<Answer> ask(String name, DnsRecordType type) {
        return Mono.defer(() -> Mono.fromFuture(
                answers.get(
                        new Question(name.toLowerCase(Locale.ROOT), type),
                        (question, executor) -> query(question).toFuture()),
                true));
    }

    private Mono<Answer> query(Question question) {
        return Mono.<Answer>create(sink -> resolver.resolveAll(new DefaultDnsQuestion(question.name(), question.type()))
                        .addListener((Future<List<DnsRecord>> done) -> {
                            // Here, not downstream: records that come after the time limit are released too.
                            sink.success(done.isSuccess() ? answer(question, done.getNow()) : nothing(done.cause()));
                        }))
                .timeout(TIMEOUT)
                // Among others, of a name that is too long for a question.
                .onErrorResume(e -> Mono.just(nothing(e)));
    }

    private static Answer answer(Question question, List<DnsRecord> records) {
        try {
            List<Found> found = new ArrayList<>();
            long seconds = LONGEST.toSeconds();
            for (DnsRecord record : records) {
                if (record instanceof DnsRawRecord raw && found.size() < MAX_RECORDS) {
                    Found read = read(question, raw);
                    if (read != null) {
                        found.add(read);
                    }
                    seconds = Math.min(seconds, record.timeToLive());
                }
            }
            return new Answer(found, false, Duration.ofSeconds(Math.max(seconds, SHORTEST.toSeconds())));
        } finally {
            records.forEach(ReferenceCountUtil::release);
        }
    }

    private static Answer nothing(Throwable cause) {
        // Netty gives no cause where the name has other records only.
        boolean told = cause instanceof UnknownHostException
                && (cause.getCause() == null
                        || cause.getCause() instanceof DnsErrorCauseException error
                                && DnsResponseCode.NXDOMAIN.equals(error.getCode()));
        return new Answer(List.of(), !told, told ? OF_NOTHING : OF_FAILURE);
    }

    private static boolean isOf(String name, DnsRecord record) {
        String owner = record.name();
        return (owner.endsWith(".") ? owner.substring(0, owner.length() - 1) : owner).equalsIgnoreCase(name);
    }

    /** Null if the record is broken. */
    private static @Nullable Found read(Question question, DnsRawRecord record) {
        ByteBuf data = record.content();
        try {
            if (question.type().equals(DnsRecordType.SRV)) {
                int priority = data.readUnsignedShort();
                int weight = data.readUnsignedShort();
                int port = data.readUnsignedShort();
                String target = DefaultDnsRecordDecoder.decodeName(data);
                return new Service(new ServiceRecord(priority, weight, port, target.substring(0, target.length() - 1)));
            }
            byte[] address = new byte[data.readableBytes()];
            data.readBytes(address);
            return new Address(!isOf(question.name(), record), InetAddress.getByAddress(address));
        } catch (UnknownHostException | IndexOutOfBoundsException | CorruptedFrameException e) {
            return null;
        }
    }
}
