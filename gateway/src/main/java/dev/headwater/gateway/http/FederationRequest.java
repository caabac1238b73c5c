package dev.headwater.gateway.http;

import dev.headwater.gateway.http.RefusedException.Cause;
import dev.headwater.id.InvalidIdException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The parameters of a request that an endpoint reads: those in its path and those in its query, decoded on demand, and
 * its body.
 *
 * @param variables the path's variable segments by name, still percent-encoded
 * @param query still percent-encoded
 * @param content the body; null on a route that has none
 */
public record FederationRequest(
        Map<String, String> variables,
        String query,
        @Nullable ObjectNode content) {
    public FederationRequest {
        variables = Map.copyOf(variables);
    }

    /** A request without a body. */
    public FederationRequest(Map<String, String> variables, String query) {
        this(variables, query, null);
    }

    FederationRequest with(@Nullable ObjectNode body) {
        return new FederationRequest(variables, query, body);
    }

    /** The body. A route without one must not ask. */
    public ObjectNode body() {
        return Objects.requireNonNull(content, "the route has no body");
    }

    /**
     * An identifier in the path.
     *
     * @throws RefusedException if it is badly encoded or not of its type
     */
    public <T> T pathId(String name, Function<String, T> parse) {
        String encoded = variables.get(name);
        if (encoded == null) {
            throw new IllegalArgumentException("the route has no variable '" + name + "'");
        }
        String text = Percent.utf8(Percent.bytes(encoded));
        if (text == null) {
            throw new RefusedException(Cause.BAD_PARAMETER, name + ": not UTF-8");
        }
        try {
            return parse.apply(text);
        } catch (InvalidIdException e) {
            throw new RefusedException(Cause.BAD_PARAMETER, name + ": " + e.getMessage());
        }
    }

    /**
     * All values of a query parameter in order; null stands for one that is not UTF-8.
     *
     * @throws RefusedException if any part of the query is badly encoded
     */
    public List<@Nullable String> queryValues(String name) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        List<@Nullable String> values = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            byte[] key = Percent.bytes(equals < 0 ? pair : pair.substring(0, equals));
            byte[] value = Percent.bytes(equals < 0 ? "" : pair.substring(equals + 1));
            if (!pair.isEmpty() && Arrays.equals(key, wanted)) {
                values.add(Percent.utf8(value));
            }
        }
        return values;
    }
}
