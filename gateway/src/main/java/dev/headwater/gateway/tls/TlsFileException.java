package dev.headwater.gateway.tls;

/** A file that holds no usable certificate or key; the message names the file, what is wrong, and what was expected. */
public final class TlsFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String key;

    TlsFileException(String key, String message) {
        super(message, null, false, false);
        this.key = key;
    }

    /** The configuration key that names the file: {@code certificate_path} or {@code private_key_path}. */
    public String key() {
        return key;
    }
}
