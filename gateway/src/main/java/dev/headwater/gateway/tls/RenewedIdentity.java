package dev.headwater.gateway.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the certificate that stands in its files, also after they were renewed. New handshakes get the new one;
 * connections that exist keep theirs.
 */
public final class RenewedIdentity extends X509ExtendedKeyManager {
    private static final Logger LOG = LoggerFactory.getLogger(RenewedIdentity.class);

    private final TlsFiles files;
    private PemIdentity.Text read;
    private int renewals;
    private volatile Identities identities;

    private RenewedIdentity(TlsFiles files) {
        this.files = files;
        this.read = PemIdentity.Text.read(files);
        this.identities = new Identities(alias(), PemIdentity.parse(read, alias()), null);
    }

    /**
     * Reads the files; blocks.
     *
     * @throws TlsFileException if they cannot be used
     */
    public static RenewedIdentity of(TlsFiles files) {
        return new RenewedIdentity(files);
    }

    /**
     * Reads the files again and shows the new certificate if they have changed; blocks. Files that cannot be used change
     * nothing: they may be half written, and the certificate that is shown may still be valid.
     */
    public synchronized void renew() {
        try {
            PemIdentity.Text now = PemIdentity.Text.read(files);
            if (now.equals(read)) {
                return;
            }
            read = now;
            renewals++;
            identities = new Identities(alias(), PemIdentity.parse(now, alias()), identities.withoutOlder());
            LOG.info("The certificate of {} was renewed", files.certificate());
        } catch (TlsFileException e) {
            LOG.warn("The certificate was not renewed: {}", e.getMessage());
        }
    }

    private String alias() {
        return "renewal-" + renewals;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return identities.manager.chooseEngineServerAlias(keyType, issuers, engine);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return identities.manager.chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return identities.manager.getServerAliases(keyType, issuers);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return identities.called(alias).getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return identities.called(alias).getPrivateKey(alias);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    /** The newest, and the one before it for handshakes that have chosen that. */
    private record Identities(
            String alias,
            X509ExtendedKeyManager manager,
            @Nullable Identities older) {
        Identities withoutOlder() {
            return new Identities(alias, manager, null);
        }

        X509ExtendedKeyManager called(String chosen) {
            return older != null && older.alias.equals(chosen) ? older.manager : manager;
        }
    }
}
