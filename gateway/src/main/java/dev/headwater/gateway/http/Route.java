package dev.headwater.gateway.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which requests an endpoint answers.
 *
 * @param name what the access log calls it
 * @param method the one HTTP method
 * @param template path segments; one in braces is a variable
 * @param signed whether the asker must prove who it is
 */
public record Route(String name, String method, List<String> template, boolean signed) {
    public Route {
        template = List.copyOf(template);
    }

    /** A route from a path such as {@code /_matrix/federation/v1/backfill/{roomId}}. */
    public static Route of(String name, String method, String path, boolean signed) {
        return new Route(name, method, List.of(path.substring(1).split("/", -1)), signed);
    }

    /** Whether its requests carry a JSON object, which the signature covers. */
    boolean hasBody() {
        return !method.equals("GET");
    }

    /** The variables of a path that this route's template fits, or null. Literal segments must be equal as sent. */
    @Nullable
    Map<String, String> match(List<String> segments) {
        if (segments.size() != template.size()) {
            return null;
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < template.size(); i++) {
            String expected = template.get(i);
            if (expected.startsWith("{")) {
                variables.put(expected.substring(1, expected.length() - 1), segments.get(i));
            } else if (!expected.equals(segments.get(i))) {
                return null;
            }
        }
        return variables;
    }
}
