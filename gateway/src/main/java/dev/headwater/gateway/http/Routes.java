package dev.headwater.gateway.http;

import dev.headwater.gateway.http.RefusedException.Cause;
import java.util.List;
import java.util.Map;

/** All endpoints of a listener by their routes. */
final class Routes {
    private final List<Endpoint<?>> endpoints;

    Routes(List<Endpoint<?>> endpoints) {
        this.endpoints = List.copyOf(endpoints);
    }

    /** @throws RefusedException if no endpoint has this path, or none this method on it */
    Match find(String method, RequestTarget target) {
        boolean pathKnown = false;
        if (!target.hasOddSegments()) {
            for (Endpoint<?> endpoint : endpoints) {
                Map<String, String> variables = endpoint.route().match(target.segments());
                if (variables != null) {
                    if (endpoint.route().method().equals(method)) {
                        return new Match(endpoint, new FederationRequest(variables, target.query()));
                    }
                    pathKnown = true;
                }
            }
        }
        throw pathKnown
                ? new RefusedException(Cause.NO_SUCH_METHOD, "this path does not know the request's method")
                : new RefusedException(Cause.NO_SUCH_PATH, "there is nothing at this path");
    }

    record Match(Endpoint<?> endpoint, FederationRequest request) {}
}
