package dev.headwater.gateway.http;

import dev.headwater.gateway.http.RefusedException.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All endpoints of a listener by their routes. */
final class Routes {
    private final List<Endpoint<?>> endpoints;

    Routes(List<Endpoint<?>> endpoints) {
        this.endpoints = List.copyOf(endpoints);
    }

    /** @throws RefusedException if no endpoint has this path, or none this method on it */
    Match find(String method, RequestTarget target) {
        if (target.hasOddSegments()) {
            throw nothing();
        }
        Match found = find(method, target, target.segments());
        if (found == null && target.hasTrailingSlash()) {
            // What is missing behind it is a variable's value: an empty one, which its endpoint refuses.
            List<String> withEmpty = new ArrayList<>(target.segments());
            withEmpty.add("");
            found = find(method, target, withEmpty);
        }
        if (found == null) {
            throw nothing();
        }
        return found;
    }

    private @Nullable Match find(String method, RequestTarget target, List<String> segments) {
        boolean pathKnown = false;
        for (Endpoint<?> endpoint : endpoints) {
            Map<String, String> variables = endpoint.route().match(segments);
            if (variables != null) {
                if (endpoint.route().method().equals(method)) {
                    return new Match(endpoint, new FederationRequest(variables, target.query()));
                }
                pathKnown = true;
            }
        }
        if (pathKnown) {
            throw new RefusedException(Cause.NO_SUCH_METHOD, "this path does not know the request's method");
        }
        return null;
    }

    private static RefusedException nothing() {
        return new RefusedException(Cause.NO_SUCH_PATH, "there is nothing at this path");
    }

    record Match(Endpoint<?> endpoint, FederationRequest request) {}
}
