package dev.headwater.gateway.http;

import dev.headwater.gateway.http.RefusedException.Cause;
import java.util.ArrayList;
import java.util.List;

/**
 * A request target as it stood on the wire, split but not decoded.
 *
 * @param raw the path and the query, exactly as sent: what the asker signed
 * @param segments the path between its slashes, still percent-encoded. A single trailing slash leaves no segment
 * @param query what follows the first question mark, still percent-encoded; empty if there is none
 */
public record RequestTarget(String raw, List<String> segments, String query) {
    public RequestTarget {
        segments = List.copyOf(segments);
    }

    /**
     * Splits an origin-form target.
     *
     * @throws RefusedException if it does not begin with a slash or holds a character that no target may hold
     */
    static RequestTarget parse(String raw) {
        if (!raw.startsWith("/")) {
            throw new RefusedException(Cause.BAD_HTTP, "the request target does not begin with a slash");
        }
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                throw new RefusedException(
                        Cause.BAD_HTTP, "the request target holds a character that must be percent-encoded");
            }
        }
        int question = raw.indexOf('?');
        String path = question < 0 ? raw : raw.substring(0, question);
        List<String> segments = new ArrayList<>();
        int from = 1;
        for (int slash = path.indexOf('/', from); slash >= 0; slash = path.indexOf('/', from)) {
            segments.add(path.substring(from, slash));
            from = slash + 1;
        }
        if (from < path.length()) {
            segments.add(path.substring(from));
        }
        return new RequestTarget(raw, segments, question < 0 ? "" : raw.substring(question + 1));
    }

    /** Whether the path ends in a slash. */
    boolean hasTrailingSlash() {
        int question = raw.indexOf('?');
        return raw.charAt((question < 0 ? raw.length() : question) - 1) == '/';
    }

    /** Whether some segment is empty or, decoded, one dot or two: what others would resolve to another path. */
    boolean hasOddSegments() {
        for (String segment : segments) {
            String dots = segment.replace("%2e", ".").replace("%2E", ".");
            if (dots.isEmpty() || dots.equals(".") || dots.equals("..")) {
                return true;
            }
        }
        return false;
    }
}
