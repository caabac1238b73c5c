package dev.headwater.gateway.http;

import dev.headwater.gateway.tls.RenewedIdentity;
import dev.headwater.gateway.tls.TlsFiles;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Schedulers;

/** The TLS of a server's listeners: one context for each pair of files, renewed with them. */
final class TlsContexts implements Disposable {
    /** Sooner than anybody waits for after a renewal, and two small files are read for it. */
    private static final long RENEWAL_MINUTES = 1;

    /** Sessions are kept by the client, in tickets; only of clients that know no tickets some are kept here. */
    private static final int SESSIONS = 1_000;

    private static final int SESSION_SECONDS = 3_600;

    private final Map<TlsFiles, SslContext> contexts = new HashMap<>();
    private final Disposable.Composite renewals = Disposables.composite();

    /**
     * Reads the files; blocks.
     *
     * @throws dev.headwater.gateway.tls.TlsFileException if one of them cannot be used
     */
    TlsContexts(Iterable<ListenAddress> addresses) {
        for (ListenAddress address : addresses) {
            TlsFiles files = address.tls();
            if (files != null && !contexts.containsKey(files)) {
                RenewedIdentity identity = RenewedIdentity.of(files);
                contexts.put(files, context(identity));
                renewals.add(Schedulers.boundedElastic()
                        .schedulePeriodically(identity::renew, RENEWAL_MINUTES, RENEWAL_MINUTES, TimeUnit.MINUTES));
            }
        }
    }

    SslContext get(TlsFiles files) {
        SslContext context = contexts.get(files);
        if (context == null) {
            throw new IllegalArgumentException("no listener has " + files);
        }
        return context;
    }

    @Override
    public void dispose() {
        renewals.dispose();
    }

    private static SslContext context(RenewedIdentity identity) {
        try {
            return SslContextBuilder.forServer(identity)
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    // Forward secrecy and authenticated encryption only: what every client of the last ten years has.
                    .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1))
                    .sessionCacheSize(SESSIONS)
                    .sessionTimeout(SESSION_SECONDS)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }
}
