package dev.headwater.gateway.tls;

import java.nio.file.Path;

/**
 * Where a listener's certificate and its key are kept, in PEM.
 *
 * @param certificate the server's certificate, and behind it those that lead to the one that others know
 * @param privateKey the key of the first certificate, not encrypted: PKCS#8, or what OpenSSL wrote before it
 */
public record TlsFiles(Path certificate, Path privateKey) {
    /**
     * Reads both files.
     *
     * @throws TlsFileException if one of them cannot be used
     */
    public void check() {
        PemIdentity.parse(PemIdentity.Text.read(this), "check");
    }
}
