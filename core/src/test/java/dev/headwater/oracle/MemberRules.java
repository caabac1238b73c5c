package dev.headwater.oracle;

import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.SignedJson;
import dev.headwater.sign.VerifyKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Which changes of memberships a state allows. */
final class MemberRules {
    private final RoomVersion version;
    private final String ruleIfNone;

    /** @param ruleIfNone the join rule of a state that has none */
    MemberRules(RoomVersion version, String ruleIfNone) {
        this.version = version;
        this.ruleIfNone = ruleIfNone;
    }

    boolean allows(RoomEvent event, RoomEvent create, AuthorizationRules.State state) {
        String target = event.stateKey();
        if (target == null) {
            return false;
        }
        PowerLevels levels = new PowerLevels(version, state.get(StatePair.POWER_LEVELS), create);
        String sender = membership(state, event.sender());
        String before = membership(state, target);
        boolean own = target.equals(event.sender());
        boolean stronger = levels.of(target) < levels.of(event.sender());
        return switch (event.membership()) {
            case "join" ->
                event.prevEvents().equals(List.of(create.id())) && target.equals(PowerLevels.creator(version, create))
                        || own && !before.equals("ban") && mayJoin(event, before, levels, state);
            case "invite" ->
                event.content().has("third_party_invite")
                        ? !before.equals("ban") && isInvitedByThirdParty(event, target, state)
                        : sender.equals("join")
                                && !before.equals("join")
                                && !before.equals("ban")
                                && levels.of(event.sender()) >= levels.toInvite();
            case "leave" ->
                own
                        ? before.equals("join")
                                || before.equals("invite")
                                || version.atLeast(RoomVersion.V7) && before.equals("knock")
                        : sender.equals("join")
                                && !(before.equals("ban") && levels.of(event.sender()) < levels.toBan())
                                && levels.of(event.sender()) >= levels.toKick()
                                && stronger;
            case "ban" -> sender.equals("join") && levels.of(event.sender()) >= levels.toBan() && stronger;
            case "knock" ->
                version.atLeast(RoomVersion.V7)
                        && own
                        && (joinRule(state).equals("knock")
                                || version.atLeast(RoomVersion.V10)
                                        && joinRule(state).equals("knock_restricted"))
                        && !List.of("ban", "invite", "join").contains(before);
            default -> false;
        };
    }

    private boolean mayJoin(RoomEvent event, String before, PowerLevels levels, AuthorizationRules.State state) {
        boolean known = before.equals("join") || before.equals("invite");
        return switch (joinRule(state)) {
            case "public" -> true;
            case "invite" -> known;
            case "knock" -> known && version.atLeast(RoomVersion.V7);
            case "restricted" -> version.atLeast(RoomVersion.V8) && (known || isAuthorised(event, levels, state));
            case "knock_restricted" ->
                version.atLeast(RoomVersion.V10) && (known || isAuthorised(event, levels, state));
            default -> false;
        };
    }

    private static boolean isAuthorised(RoomEvent event, PowerLevels levels, AuthorizationRules.State state) {
        String by = event.content().path("join_authorised_via_users_server").stringValue(null);
        return by != null && membership(state, by).equals("join") && levels.of(by) >= levels.toInvite();
    }

    private String joinRule(AuthorizationRules.State state) {
        RoomEvent rules = state.get(StatePair.JOIN_RULES);
        return rules == null ? ruleIfNone : rules.content().path("join_rule").stringValue(ruleIfNone);
    }

    private static String membership(AuthorizationRules.State state, String user) {
        RoomEvent member = state.get(StatePair.member(user));
        return member == null ? "leave" : member.membership();
    }

    private static boolean isInvitedByThirdParty(RoomEvent event, String target, AuthorizationRules.State state) {
        if (!(event.content().path("third_party_invite").path("signed") instanceof ObjectNode signed)) {
            return false;
        }
        String token = signed.path("token").stringValue(null);
        RoomEvent invite = token == null ? null : state.get(new StatePair("m.room.third_party_invite", token));
        return invite != null
                && target.equals(signed.path("mxid").stringValue(null))
                && invite.sender().equals(event.sender())
                && isSigned(signed, invite);
    }

    private static boolean isSigned(ObjectNode signed, RoomEvent invite) {
        List<JsonNode> keys = new ArrayList<>();
        keys.add(invite.content().path("public_key"));
        invite.content().path("public_keys").forEach(key -> keys.add(key.path("public_key")));
        byte[] message = SignedJson.signedBytes(signed);
        for (JsonNode server : signed.path("signatures")) {
            for (Map.Entry<String, JsonNode> signature : server.properties()) {
                boolean right = signature.getKey().startsWith("ed25519:")
                        && keys.stream().anyMatch(key -> isRight(key, message, signature.getValue()));
                if (right) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isRight(@Nullable JsonNode key, byte[] message, JsonNode signature) {
        try {
            return key != null
                    && key.isString()
                    && signature.isString()
                    && Ed25519.jdk()
                            .verify(
                                    VerifyKey.parse(key.stringValue()),
                                    message,
                                    UnpaddedBase64.decode(signature.stringValue()));
        } catch (IllegalArgumentException notAKey) {
            return false;
        }
    }
}
