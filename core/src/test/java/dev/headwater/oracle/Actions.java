package dev.headwater.oracle;

import dev.headwater.room.RoomVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the users of a random room may think of doing. */
final class Actions {
    static final String CREATOR = "@a:one.test";
    static final List<String> SERVERS = List.of("one.test", "two.test", "three.test", "four.test", "five.test");
    private static final List<String> USERS =
            List.of(CREATOR, "@b:two.test", "@c:three.test", "@d:four.test", "@e:two.test", "@f:five.test");
    private static final List<String> JOIN_RULES = List.of("public", "public", "invite", "knock", "restricted");
    private static final List<String> VISIBILITIES =
            List.of("joined", "joined", "invited", "shared", "shared", "world_readable", "nonsense");

    private final Random random;
    private final RoomVersion version;
    private final boolean texts;
    private final String victim;

    Actions(Random random, RoomVersion version) {
        this.random = random;
        this.version = version;
        victim = USERS.get(1 + random.nextInt(USERS.size() - 1));
        texts = !version.atLeast(RoomVersion.V10) && random.nextInt(3) == 0;
    }

    /** Something that somebody does: the part of an event that does not depend on its place in the room. */
    record Action(
            String type,
            String sender,
            @Nullable String stateKey,
            ObjectNode content,
            @Nullable String redacts) {
        static Action state(String type, String sender, String stateKey, ObjectNode content) {
            return new Action(type, sender, stateKey, content, null);
        }
    }

    /** How a room begins. */
    List<Action> creation() {
        List<Action> actions = new ArrayList<>();
        ObjectNode create = object().put("room_version", version.identifier());
        if (!version.atLeast(RoomVersion.V11)) {
            create.put("creator", CREATOR);
        } else if (version.atLeast(RoomVersion.V12) && random.nextInt(3) == 0) {
            create.putArray("additional_creators").add("@b:two.test");
        }
        actions.add(Action.state("m.room.create", CREATOR, "", create));
        actions.add(member(CREATOR, CREATOR, "join"));
        if (random.nextInt(12) != 0) {
            actions.add(Action.state("m.room.power_levels", CREATOR, "", levels()));
        }
        actions.add(Action.state("m.room.join_rules", CREATOR, "", joinRules()));
        if (random.nextInt(5) != 0) {
            actions.add(visibility(CREATOR));
        }
        return actions;
    }

    /** Something, mostly to one user or by it, that makes sense in a state, and often is allowed. */
    Action next(Homeserver.State state, List<String> events) {
        String sender = sender(state);
        String other = random.nextInt(5) < 3 ? victim : USERS.get(random.nextInt(USERS.size()));
        return switch (random.nextInt(28)) {
            case 0, 1, 2 -> new Action("m.room.message", sender, null, object().put("body", "hello"), null);
            case 3, 4, 5, 6, 7 -> join(other);
            case 8, 9 -> member(other, other, "leave");
            case 10, 11 -> member(sender, other, "leave");
            case 12, 13 -> member(sender, other, "ban");
            case 14, 15 -> member(sender, other, "invite");
            case 16 -> member(other, other, "knock");
            case 17, 18, 19 -> visibility(sender);
            case 20 -> odd(sender);
            case 21, 22 -> Action.state("m.room.power_levels", sender, "", changed(state));
            case 23, 24 -> Action.state("m.room.join_rules", sender, "", joinRules());
            case 25 -> acl(sender);
            case 26 -> redaction(sender, events.get(random.nextInt(events.size())));
            default -> Action.state("m.room.topic", sender, "", object().put("topic", "t" + random.nextInt(9)));
        };
    }

    /** A message, and some that were joined who join again. */
    List<Action> settlement(Homeserver.State state) {
        List<String> joined = joined(state);
        List<Action> actions = new ArrayList<>();
        if (!joined.isEmpty()) {
            actions.add(new Action("m.room.message", joined.get(0), null, object().put("body", "hello"), null));
            joined.stream().filter(user -> random.nextInt(3) != 0).forEach(user -> actions.add(join(user)));
            actions.add(random.nextInt(4) == 0 ? acl(joined.get(0)) : visibility(joined.get(0)));
            actions.add(new Action("m.room.message", joined.get(0), null, object().put("body", "bye"), null));
        }
        return actions;
    }

    private static List<String> joined(Homeserver.State state) {
        List<String> joined = new ArrayList<>();
        for (String user : USERS) {
            RoomEvent member = state.get(StatePair.member(user));
            if (member != null && member.membership().equals("join")) {
                joined.add(user);
            }
        }
        return joined;
    }

    private String sender(Homeserver.State state) {
        List<String> joined = joined(state);
        if (joined.isEmpty() || random.nextInt(15) == 0) {
            return USERS.get(random.nextInt(USERS.size()));
        }
        // The first has power, mostly.
        return joined.get(random.nextInt(2) == 0 ? 0 : random.nextInt(joined.size()));
    }

    private Action join(String user) {
        Action join = member(user, user, "join");
        if (version.atLeast(RoomVersion.V8) && random.nextInt(3) == 0) {
            join.content().put("join_authorised_via_users_server", USERS.get(random.nextInt(3)));
        }
        return join;
    }

    static Action member(String sender, String user, String membership) {
        return Action.state("m.room.member", sender, user, object().put("membership", membership));
    }

    private Action visibility(String sender) {
        ObjectNode content = object();
        int kind = random.nextInt(20);
        if (kind == 0) {
            content.put("history_visibility", 5);
        } else if (kind != 1) {
            content.put("history_visibility", VISIBILITIES.get(random.nextInt(VISIBILITIES.size())));
        }
        return Action.state("m.room.history_visibility", sender, "", content);
    }

    /** A visibility that is none, whatever it says. */
    private Action odd(String sender) {
        ObjectNode content = object().put("history_visibility", random.nextBoolean() ? "shared" : "joined");
        return new Action("m.room.history_visibility", sender, random.nextBoolean() ? "x" : null, content, null);
    }

    private ObjectNode joinRules() {
        String rule = JOIN_RULES.get(random.nextInt(JOIN_RULES.size()));
        boolean both = version.atLeast(RoomVersion.V10) && random.nextInt(6) == 0;
        return object().put("join_rule", both ? "knock_restricted" : rule);
    }

    private Action acl(String sender) {
        ObjectNode content = object();
        content.putArray("allow").add("*");
        if (random.nextInt(3) != 0) {
            content.putArray("deny").add(SERVERS.get(1 + random.nextInt(4)));
        }
        return Action.state("m.room.server_acl", sender, "", content);
    }

    private Action redaction(String sender, String target) {
        boolean inside = version.atLeast(RoomVersion.V11);
        ObjectNode content = inside ? object().put("redacts", target) : object();
        return new Action("m.room.redaction", sender, null, content, inside ? null : target);
    }

    private ObjectNode levels() {
        ObjectNode levels = object();
        ObjectNode users = levels.putObject("users");
        if (!version.atLeast(RoomVersion.V12)) {
            level(users, CREATOR, 100);
        }
        if (random.nextBoolean()) {
            level(
                    users,
                    random.nextBoolean() || version.atLeast(RoomVersion.V12) ? "@c:three.test" : "@b:two.test",
                    50);
        }
        level(levels.putObject("events"), "m.room.power_levels", random.nextBoolean() ? 50 : 100);
        if (random.nextInt(3) == 0) {
            level(levels, "state_default", random.nextBoolean() ? 0 : 100);
        }
        return levels;
    }

    private ObjectNode changed(Homeserver.State state) {
        RoomEvent before = state.get(StatePair.POWER_LEVELS);
        if (before == null || !(before.content().deepCopy() instanceof ObjectNode content) || content.isEmpty()) {
            return levels();
        }
        int level = List.of(0, 25, 50, 100).get(random.nextInt(4));
        switch (random.nextInt(6)) {
            case 0 ->
                level(content, List.of("invite", "kick", "ban", "users_default").get(random.nextInt(4)), level);
            case 1 -> level(content.withObject("/events"), "m.room.history_visibility", level);
            case 2 -> {
                if (content.path("users") instanceof ObjectNode users && !users.isEmpty()) {
                    users.remove(List.copyOf(users.propertyNames()).get(random.nextInt(users.size())));
                }
            }
            default -> {
                String user = USERS.get(version.atLeast(RoomVersion.V12) ? 1 + random.nextInt(5) : random.nextInt(6));
                level(content.withObject("/users"), user, level);
            }
        }
        return content;
    }

    private void level(ObjectNode levels, String name, int level) {
        if (texts && random.nextBoolean()) {
            levels.put(name, String.format(random.nextBoolean() ? "%d" : " %d ", level));
        } else {
            levels.put(name, level);
        }
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
