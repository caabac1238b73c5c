package dev.headwater.gateway.http;

import dev.headwater.gateway.http.RefusedException.Cause;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a request's line and headers must be like, beyond what the HTTP decoder has refused already. */
final class HttpRules {
    private static final Pattern AUTHORITY = Pattern.compile("https?://([^/?#]*)(.*)", Pattern.CASE_INSENSITIVE);

    /**
     * Many times what the longest lists of events take. With target and names, which are signed together with it, a body
     * must stay below the 1 MiB that Corretto's Ed25519 takes.
     */
    static final int MAX_BODY_BYTES = 960 * 1024;

    /** Twice what a request with several signatures and a proxy's additions needs. */
    static final int MAX_HEADER_BYTES = 16 * 1024;

    private final int maxTarget;

    /** @param maxTarget the longest request target, in bytes */
    HttpRules(int maxTarget) {
        this.maxTarget = maxTarget;
    }

    /**
     * The request target, once line and headers are found good.
     *
     * @throws RefusedException if they are not
     */
    RequestTarget check(HttpVersion version, String uri, HttpHeaders headers) {
        if (!isSpoken(version)) {
            throw new RefusedException(Cause.HTTP_VERSION, "HTTP/1.1 and HTTP/2 are spoken here");
        }
        if (uri.length() > maxTarget) {
            throw new RefusedException(
                    Cause.TARGET_TOO_LONG, "the request target has more than " + maxTarget + " bytes");
        }
        if (version.majorVersion() == 2 && bytes(headers) > MAX_HEADER_BYTES) {
            throw new RefusedException(
                    Cause.HEADERS_TOO_LARGE, "the request's headers have more than " + MAX_HEADER_BYTES + " bytes");
        }
        if (!isFramedClearly(headers)) {
            throw new RefusedException(Cause.BAD_HTTP, "'chunked' is the only transfer coding that is known here");
        }
        String host = host(version, headers);
        if (length(headers) > MAX_BODY_BYTES) {
            throw bodyTooLarge();
        }
        String expect = headers.get(HttpHeaderNames.EXPECT);
        if (expect != null && !expect.equalsIgnoreCase("100-continue")) {
            throw new RefusedException(Cause.EXPECTATION, "only 100-continue can be expected");
        }
        String coding = headers.get(HttpHeaderNames.CONTENT_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            throw new RefusedException(Cause.CONTENT_CODING, "request bodies are read without a content coding only");
        }
        return RequestTarget.parse(version.majorVersion() == 1 ? originForm(uri, host) : uri);
    }

    private static boolean isSpoken(HttpVersion version) {
        return version.majorVersion() == 1 || version.majorVersion() == 2;
    }

    /** Whether it is beyond doubt where on its connection this request ends. */
    static boolean endsClearly(HttpVersion version, HttpHeaders headers) {
        return isSpoken(version) && isFramedClearly(headers);
    }

    /** The decoder goes by the last coding; others may not. */
    private static boolean isFramedClearly(HttpHeaders headers) {
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        return codings.isEmpty() || (codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked"));
    }

    /** Whether the headers announce a body. */
    static boolean announcesBody(HttpHeaders headers) {
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        return headers.contains(HttpHeaderNames.TRANSFER_ENCODING) || (length != null && !length.equals("0"));
    }

    static RefusedException bodyTooLarge() {
        return new RefusedException(
                Cause.BODY_TOO_LARGE, "the request's body has more than " + MAX_BODY_BYTES + " bytes");
    }

    /** Of HTTP/1.1 the decoder has counted them, of HTTP/2 only with the target. */
    private static int bytes(HttpHeaders headers) {
        int bytes = 0;
        for (var header = headers.iteratorCharSequence(); header.hasNext(); ) {
            var next = header.next();
            bytes += next.getKey().length() + next.getValue().length();
        }
        return bytes;
    }

    /** The decoder has refused what is no number already. */
    private static long length(HttpHeaders headers) {
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length.strip());
    }

    /** HTTP/2 has {@code :authority} for it, which arrives as a Host header; intermediaries may send both, but alike. */
    private static String host(HttpVersion version, HttpHeaders headers) {
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (version.majorVersion() == 2 && hosts.size() == 2 && hosts.get(0).equalsIgnoreCase(hosts.get(1))) {
            return hosts.get(0);
        }
        if (hosts.size() > 1 || (hosts.isEmpty() && !HttpVersion.HTTP_1_0.equals(version))) {
            throw new RefusedException(
                    Cause.BAD_HTTP, hosts.isEmpty() ? "no Host header" : "more than one Host header");
        }
        return hosts.isEmpty() ? "" : hosts.get(0);
    }

    /** RFC 9112 has servers accept the absolute form; only one that agrees with the Host header means us. */
    private static String originForm(String uri, String host) {
        var absolute = AUTHORITY.matcher(uri);
        if (!absolute.matches()) {
            return uri;
        }
        if (!absolute.group(1).toLowerCase(Locale.ROOT).equals(host.toLowerCase(Locale.ROOT))) {
            throw new RefusedException(Cause.BAD_HTTP, "the request target names another host than the Host header");
        }
        return absolute.group(2).isEmpty() ? "/" : absolute.group(2);
    }
}
