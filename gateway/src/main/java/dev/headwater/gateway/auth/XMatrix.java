package dev.headwater.gateway.auth;

import dev.headwater.gateway.auth.AuthenticationException.Reason;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.ServerName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@code X-Matrix} credentials of one request: who claims to ask, and with which signatures.
 *
 * <p>Reads every dialect that peers write: scheme and parameter names in any case, blanks and tabs around commas, values
 * quoted or bare, colons and padding in bare values, parameters in any order, unknown ones ignored.
 *
 * @param origin the server that claims to ask
 * @param signatures at least one
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#request-authentication">Request authentication</a>
 */
public record XMatrix(ServerName origin, List<Signature> signatures) {
    private static final String SCHEME = "x-matrix";

    public XMatrix {
        signatures = List.copyOf(signatures);
    }

    /**
     * One header's signature. Key ID and signature are kept as text: nonsense in them is a proof that fails, not a
     * malformed header.
     *
     * @param destination whom the asker believes to ask; absent in the header of older servers
     */
    public record Signature(@Nullable ServerName destination, String keyId, String base64) {}

    /**
     * Reads the values of all {@code Authorization} headers. Those of other schemes are passed over.
     *
     * @throws AuthenticationException {@link Reason#ABSENT} or {@link Reason#MALFORMED}
     */
    public static XMatrix parse(List<String> authorizationHeaders) {
        ServerName origin = null;
        List<Signature> signatures = new ArrayList<>(1);
        for (String header : authorizationHeaders) {
            String parameters = parametersOf(header);
            if (parameters == null) {
                continue;
            }
            Map<String, String> values = new AuthParameters(parameters).read();
            ServerName claimed = serverName("origin", required(values, "origin"));
            if (origin != null && !origin.equals(claimed)) {
                throw malformed("X-Matrix headers of two origins, '" + origin + "' and '" + claimed + "'");
            }
            origin = claimed;
            String destination = values.get("destination");
            signatures.add(new Signature(
                    destination == null ? null : serverName("destination", destination),
                    required(values, "key"),
                    required(values, "sig")));
        }
        if (origin == null) {
            throw new AuthenticationException(Reason.ABSENT, "no X-Matrix authorization header");
        }
        return new XMatrix(origin, signatures);
    }

    /** What follows the scheme, or null if the scheme is another one. */
    private static @Nullable String parametersOf(String header) {
        String trimmed = header.strip();
        if (!trimmed.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        String rest = trimmed.substring(SCHEME.length());
        if (!rest.isEmpty() && rest.charAt(0) != ' ' && rest.charAt(0) != '\t') {
            return null;
        }
        return rest;
    }

    private static String required(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null || value.isEmpty()) {
            throw malformed("the X-Matrix header has no '" + name + "'");
        }
        return value;
    }

    private static ServerName serverName(String parameter, String value) {
        try {
            return ServerName.parse(value);
        } catch (InvalidIdException e) {
            throw malformed("the X-Matrix header's " + parameter + ": " + e.getMessage());
        }
    }

    static AuthenticationException malformed(String message) {
        return new AuthenticationException(Reason.MALFORMED, message);
    }

    static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
