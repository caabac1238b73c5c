package dev.headwater.gateway.endpoint;

import dev.headwater.gateway.http.Answer;
import dev.headwater.gateway.http.Endpoint;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.Route;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /_matrix/federation/v1/version}: the name and the version of this software, for anybody.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixfederationv1version">Specification</a>
 */
public final class GetVersion implements Endpoint<GetVersion.Question> {
    private static final Route ROUTE = Route.of("version", "GET", "/_matrix/federation/v1/version", false);

    private final byte[] body;

    /** @param version of this software */
    public GetVersion(String version) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.putObject("server").put("name", "Headwater").put("version", version);
        body = JsonMapper.shared().writeValueAsBytes(answer);
    }

    @Override
    public Route route() {
        return ROUTE;
    }

    @Override
    public Question parse(FederationRequest request) {
        return new Question();
    }

    @Override
    public @Nullable RoomId room(Question question) {
        return null;
    }

    @Override
    public Mono<Answer> answer(Question question, @Nullable ServerName asker) {
        return Mono.just(new Answer.Whole(body));
    }

    /** There is nothing to be said in it. */
    public record Question() {}
}
