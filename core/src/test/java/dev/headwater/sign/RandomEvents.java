package dev.headwater.sign;

import dev.headwater.event.Events;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.RandomJson;
import dev.headwater.json.StrictJson;
import dev.headwater.json.StrictJson.Numbers;
import dev.headwater.room.RoomVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random events of every room version, from a seed: well formed, with any content, members that redactions treat
 * specially, signed by some of three servers, and some of them tampered with afterwards.
 */
final class RandomEvents {
    private static final List<String> TYPES = List.of(
            "m.room.message",
            "m.room.member",
            "m.room.member",
            "m.room.create",
            "m.room.join_rules",
            "m.room.power_levels",
            "m.room.aliases",
            "m.room.history_visibility",
            "m.room.redaction",
            "x.\uD83D\uDE00");
    private static final List<String> CONTENT = List.of(
            "membership",
            "creator",
            "join_rule",
            "allow",
            "ban",
            "events",
            "events_default",
            "invite",
            "kick",
            "redact",
            "state_default",
            "users",
            "users_default",
            "aliases",
            "history_visibility",
            "redacts",
            "body",
            "notifications",
            "third_party_invite",
            "join_authorised_via_users_server");
    private static final List<String> TOP_LEVEL =
            List.of("origin", "membership", "prev_state", "redacts", "x.\uE000", "unsigned");

    private final Random random;
    private final RandomJson values;
    private final List<EventSigner> servers;

    RandomEvents(Random random, List<EventSigner> servers) {
        this.random = random;
        this.values = new RandomJson(random);
        this.servers = servers;
    }

    /** The text of the next event. */
    String next(RoomVersion version) {
        boolean odd = !version.atLeast(RoomVersion.V6) && random.nextInt(4) == 0;
        String type = pick(TYPES);
        ObjectNode event = type.equals("m.room.create") ? Events.create(version) : Events.of(version, type, "{}");
        if (type.equals("m.room.create") || random.nextBoolean()) {
            event.put("state_key", type.equals("m.room.create") ? "" : pick(List.of("", "@u:a.example", "é")));
        }
        String sender = pick(servers).server().value();
        event.put("sender", "@u:" + sender);
        event.put("depth", random.nextInt(3) == 0 ? StrictJson.MAX_INTEGER : random.nextInt(1000));
        event.put("origin_server_ts", random.nextInt(1_000_000));
        if (!version.atLeast(RoomVersion.V3) && random.nextInt(3) == 0) {
            event.put("event_id", "$e:" + pick(servers).server());
        }
        event.set("content", content(odd));
        if (type.equals("m.room.member")) {
            // Synapse itself stumbles over a membership event without one.
            event.withObject("content").put("membership", pick(List.of("join", "join", "invite", "leave", "ban")));
        }
        for (String name : TOP_LEVEL) {
            if (random.nextInt(4) == 0) {
                event.set(name, name.equals("unsigned") ? json("{\"age\":5}", false) : value(odd));
            }
        }
        sign(event, version, sender);
        tamper(event);
        return spelt(event);
    }

    private ObjectNode content(boolean odd) {
        ObjectNode content = (ObjectNode) json(values.object(2, odd), odd);
        for (String name : CONTENT) {
            if (random.nextInt(3) == 0) {
                content.set(name, value(odd));
            }
        }
        if (random.nextInt(3) == 0) {
            ObjectNode invite = content.putObject("third_party_invite");
            invite.put("display_name", "x");
            if (random.nextBoolean()) {
                invite.set("signed", value(odd));
            }
        }
        if (content.has("join_authorised_via_users_server")) {
            content.put(
                    "join_authorised_via_users_server", "@x:" + pick(servers).server());
        }
        return content;
    }

    private void sign(ObjectNode event, RoomVersion version, String sender) {
        boolean first = true;
        for (EventSigner server : servers) {
            boolean needed = server.server().value().equals(sender);
            if (random.nextInt(10) < (needed ? 9 : 4)) {
                if (first) {
                    server.hashAndSign(event, version);
                } else {
                    server.sign(event, version);
                }
                first = false;
            }
        }
        if (first) {
            event.putObject("signatures");
        }
        if (random.nextInt(5) == 0) {
            event.withObject("signatures").withObject(sender).put("ed25519:policy_server", "AAAA");
        }
    }

    private void tamper(ObjectNode event) {
        switch (random.nextInt(12)) {
            case 0 -> event.withObject("content").put("body", "forged");
            case 1 -> event.put("depth", 1);
            case 2 -> event.put("x.other", 1);
            case 3 -> event.withObject("hashes").put("sha256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
            case 4 -> {
                for (Map.Entry<String, JsonNode> server :
                        event.withObject("signatures").properties()) {
                    ((ObjectNode) server.getValue()).put("ed25519:1", "A".repeat(86));
                }
            }
            default -> {}
        }
    }

    /** The event with its members in random order, its spelling that of the canonical form. */
    private String spelt(ObjectNode event) {
        List<Map.Entry<String, JsonNode>> members = new java.util.ArrayList<>(event.properties());
        java.util.Collections.shuffle(members, random);
        StringBuilder out = new StringBuilder("{");
        for (Map.Entry<String, JsonNode> member : members) {
            out.append(out.length() > 1 ? ", \"" : "\"").append(member.getKey()).append("\": ");
            out.append(new String(CanonicalJson.encode(member.getValue()), StandardCharsets.UTF_8));
        }
        return out.append('}').toString();
    }

    private JsonNode value(boolean odd) {
        return json(values.value(2, odd), odd);
    }

    private static JsonNode json(String text, boolean odd) {
        return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8), odd ? Numbers.LENIENT : Numbers.CANONICAL);
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
