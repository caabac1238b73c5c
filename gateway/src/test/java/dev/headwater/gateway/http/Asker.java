package dev.headwater.gateway.http;

import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A server that asks: it signs requests with the JDK, independently of the code under test. */
public final class Asker {
    private final ServerName name;
    private final KeyId keyId;
    private final KeyPair pair;

    private Asker(ServerName name, KeyId keyId, KeyPair pair) {
        this.name = name;
        this.keyId = keyId;
        this.pair = pair;
    }

    public static Asker named(String name) {
        try {
            return new Asker(
                    ServerName.parse(name),
                    KeyId.parse("ed25519:a_1"),
                    KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public ServerName name() {
        return name;
    }

    public KeyId keyId() {
        return keyId;
    }

    /** The 32 bytes of the public key. */
    public byte[] publicKey() {
        byte[] x509 = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(x509, x509.length - 32, x509.length);
    }

    public String publicKeyBase64() {
        return Base64.getEncoder().withoutPadding().encodeToString(publicKey());
    }

    /** The signature of a request without a body. */
    public byte[] signature(String method, String target, String destination) {
        return signature(method, target, destination, "");
    }

    /** @param content the body as canonical JSON; empty for none */
    public byte[] signature(String method, String target, String destination, String content) {
        String signed =
                "{" + (content.isEmpty() ? "" : "\"content\":" + content + ",") + "\"destination\":\"" + destination
                        + "\",\"method\":\"" + method + "\",\"origin\":\"" + name + "\",\"uri\":\"" + target + "\"}";
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(pair.getPrivate());
            signer.update(signed.getBytes(StandardCharsets.UTF_8));
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public String base64Signature(String method, String target, String destination) {
        return base64Signature(method, target, destination, "");
    }

    private String base64Signature(String method, String target, String destination, String content) {
        return Base64.getEncoder().withoutPadding().encodeToString(signature(method, target, destination, content));
    }

    /** The value of the {@code Authorization} header of a GET. */
    public String authorization(String target, String destination) {
        return authorization("GET", target, destination, "");
    }

    /** @param content the body as canonical JSON; empty for none */
    public String authorization(String method, String target, String destination, String content) {
        return "X-Matrix origin=\"" + name + "\",destination=\"" + destination + "\",key=\"" + keyId + "\",sig=\""
                + base64Signature(method, target, destination, content) + "\"";
    }

    /** A whole signed GET request. */
    public String get(String target, String destination) {
        return "GET " + target + " HTTP/1.1\r\nHost: " + destination + "\r\nAuthorization: "
                + authorization(target, destination) + "\r\n\r\n";
    }

    /** A whole signed POST request with a body in canonical JSON. */
    public String post(String target, String destination, String content) {
        return post(target, destination, content, content, "Content-Type: application/json");
    }

    /**
     * A POST request that is signed over something else than what is sent.
     *
     * @param headers beside those that every request has
     */
    public String post(String target, String destination, String signed, String sent, String... headers) {
        return "POST " + target + " HTTP/1.1\r\nHost: " + destination + "\r\nAuthorization: "
                + authorization("POST", target, destination, signed) + "\r\nContent-Length: "
                + sent.length() + "\r\n"
                + Stream.of(headers).map(each -> each + "\r\n").collect(Collectors.joining()) + "\r\n" + sent;
    }
}
