package dev.headwater.access;

import dev.headwater.id.ServerName;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which servers an {@code m.room.server_acl} lets into its room. Compile it once and ask it often.
 *
 * @see <a href="https://spec.matrix.org/v1.18/client-server-api/#server-access-control-lists-acls-for-rooms">Server ACLs</a>
 */
public final class ServerAcl {
    // As the peers tell them: four groups of digits, or brackets.
    private static final Pattern IP_LITERAL = Pattern.compile("\\[.*]|[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");

    private final List<Glob> allow;
    private final List<Glob> deny;
    private final boolean ipLiterals;

    private ServerAcl(List<Glob> allow, List<Glob> deny, boolean ipLiterals) {
        this.allow = allow;
        this.deny = deny;
        this.ipLiterals = ipLiterals;
    }

    /**
     * @param content of the event. What is not of the right type counts as absent, so that an odd list denies rather than
     *     allows: no {@code allow} is an empty one, which denies all
     */
    public static ServerAcl of(ObjectNode content) {
        JsonNode literals = content.get("allow_ip_literals");
        return new ServerAcl(
                globs(content.get("allow")),
                globs(content.get("deny")),
                literals == null || !literals.isBoolean() || literals.booleanValue());
    }

    /** As {@link #of(ObjectNode)}, from JSON as a store keeps it. What is not an object denies all. */
    public static ServerAcl parse(String content) {
        try {
            return of(StrictJson.object(content.getBytes(StandardCharsets.UTF_8), StrictJson.Numbers.LENIENT));
        } catch (BadJsonException noObject) {
            return new ServerAcl(List.of(), List.of(), false);
        }
    }

    private static List<Glob> globs(@org.jspecify.annotations.Nullable JsonNode list) {
        List<Glob> globs = new ArrayList<>();
        if (list != null && list.isArray()) {
            for (JsonNode entry : list) {
                if (entry.isString()) {
                    globs.add(new Glob(entry.stringValue()));
                }
            }
        }
        return List.copyOf(globs);
    }

    /** Whether the server is let in. Its port does not count. */
    public boolean allows(ServerName server) {
        String host = server.host();
        if (!ipLiterals && IP_LITERAL.matcher(host).matches()) {
            return false;
        }
        Glob.Text text = new Glob.Text(host);
        return deny.stream().noneMatch(glob -> glob.matches(text))
                && allow.stream().anyMatch(glob -> glob.matches(text));
    }
}
