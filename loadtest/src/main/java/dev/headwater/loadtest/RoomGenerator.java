package dev.headwater.loadtest;

import dev.headwater.event.EventHashes;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.RoomVersion;
import dev.headwater.room.RoomVersionRules;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.SignedJson;
import dev.headwater.sign.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes a signed room from a seed, oldest event first, holding no more of it than the ends of its branches. */
public final class RoomGenerator implements Iterator<Pdu> {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String[] WORDS = {
        "river", "ford", "stone", "reed", "heron", "weir", "bank", "rain", "spring", "mill", "eddy", "otter", "bridge"
    };

    /** An event as a later one refers to it. */
    private record Parent(EventId id, long depth) {}

    private record StateKey(String type, String key) {}

    /** The newest events of one branch, and the one before them that a fork goes back to. */
    private static final class Branch {
        List<Parent> heads;
        Parent before;

        Branch(Parent start) {
            heads = List.of(start);
            before = start;
        }
    }

    private final RoomShape shape;
    private final Ed25519 scheme;
    private final Random random;
    private final Map<ServerName, SigningKey> keys = new HashMap<>();
    private final Deque<ObjectNode> founding = new ArrayDeque<>();
    private final List<Branch> branches = new ArrayList<>();
    private final Map<StateKey, EventId> state = new HashMap<>();
    private @Nullable Parent newest;
    private @Nullable String room;
    private int made;

    /** @param scheme signs the events; the JDK's own is slow, so a faster provider is worth its while for large rooms */
    public RoomGenerator(RoomShape shape, Ed25519 scheme) {
        this.shape = shape;
        this.scheme = scheme;
        this.random = new Random(shape.seed() + 0x9E3779B97F4A7C15L * shape.number());
        if (!shape.version().atLeast(RoomVersion.V3)) {
            throw new IllegalArgumentException("rooms are generated from version 3 on, not of " + shape.version());
        }
        if (!RoomVersionRules.of(shape.version()).roomIdIsCreateHash()) {
            room = "!generated-" + shape.seed() + "-" + shape.number() + ":"
                    + shape.servers().get(0);
        }
        for (ServerName server : shape.servers()) {
            keys.put(server, key(shape.seed(), server));
        }
        found();
    }

    /** The key that a server signs with in rooms of this seed. */
    public static SigningKey key(long seed, ServerName server) {
        return SigningKey.parse("ed25519 gen_1 " + UnpaddedBase64.encode(sha256(seed + " " + server)));
    }

    @Override
    public boolean hasNext() {
        return made < shape.events();
    }

    @Override
    public Pdu next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Pdu pdu = founding.isEmpty() ? message() : foundingEvent(founding.remove());
        made++;
        return pdu;
    }

    private void found() {
        ServerName founder = shape.servers().get(0);
        founding.add(state(
                founder,
                "m.room.create",
                "",
                JSON.objectNode().put("room_version", shape.version().identifier())));
        founding.add(membership(founder));
        ObjectNode levels = JSON.objectNode().put("users_default", 0).put("state_default", 50);
        levels.putObject("users").put(user(founder), 100);
        founding.add(state(founder, "m.room.power_levels", "", levels));
        founding.add(state(founder, "m.room.join_rules", "", JSON.objectNode().put("join_rule", "public")));
        founding.add(state(
                founder, "m.room.history_visibility", "", JSON.objectNode().put("history_visibility", "shared")));
        shape.servers().stream().skip(1).map(this::membership).forEach(founding::add);
    }

    private Pdu foundingEvent(ObjectNode event) {
        Pdu pdu = finish(event, newest == null ? List.of() : List.of(newest));
        newest = new Parent(pdu.id(), pdu.depth());
        room = pdu.room().value();
        state.put(new StateKey(pdu.type(), Objects.requireNonNull(pdu.stateKey())), pdu.id());
        return pdu;
    }

    private Pdu message() {
        if (branches.isEmpty()) {
            Parent root = Objects.requireNonNull(newest);
            for (int i = 0; i < shape.branches(); i++) {
                branches.add(new Branch(root));
            }
        }
        Branch branch = branches.get(made % branches.size());
        ServerName server = shape.servers().get(random.nextInt(shape.servers().size()));
        boolean fork = branch.heads.size() == 1 && random.nextDouble() < shape.forks();
        List<Parent> parents = fork ? List.of(branch.before) : branch.heads;
        ObjectNode content = JSON.objectNode().put("body", text()).put("msgtype", "m.text");
        Pdu pdu = finish(event(server, "m.room.message", content), parents);
        Parent head = new Parent(pdu.id(), pdu.depth());
        if (fork) {
            branch.heads = List.of(branch.heads.get(0), head);
        } else {
            branch.before = branch.heads.get(0);
            branch.heads = List.of(head);
        }
        return pdu;
    }

    private Pdu finish(ObjectNode event, List<Parent> parents) {
        UserId sender = UserId.parse(event.path("sender").asString());
        ServerName server = sender.server();
        long deepest = parents.stream().mapToLong(Parent::depth).max().orElse(0);
        boolean lie = !parents.isEmpty() && random.nextDouble() < shape.lies();
        event.put("depth", lie ? StrictJson.MAX_INTEGER : Math.min(deepest + 1, StrictJson.MAX_INTEGER));
        event.put("origin_server_ts", 1_750_000_000_000L + shape.number() + made * 1_000L);
        ArrayNode prev = event.putArray("prev_events");
        parents.forEach(parent -> prev.add(parent.id().value()));
        ArrayNode authEvents = event.putArray("auth_events");
        authority(event, sender).forEach(id -> authEvents.add(id.value()));
        if (room != null) {
            event.put("room_id", room);
        }
        event.putObject("hashes").put("sha256", UnpaddedBase64.encode(EventHashes.content(event)));
        SigningKey key = Objects.requireNonNull(keys.get(server));
        byte[] signature = key.sign(EventHashes.signedBytes(event, shape.version()), scheme);
        SignedJson.addSignature(event, server, key.id(), signature);
        return PduReader.fromUntrusted(shape.version(), CanonicalJson.encode(event));
    }

    /** The events that allow this one, of those that the founding has made so far. */
    private List<EventId> authority(ObjectNode event, UserId sender) {
        List<StateKey> wanted = new ArrayList<>();
        if (!RoomVersionRules.of(shape.version()).roomIdIsCreateHash()) {
            wanted.add(new StateKey("m.room.create", ""));
        }
        wanted.add(new StateKey("m.room.power_levels", ""));
        wanted.add(new StateKey("m.room.member", sender.value()));
        if (event.path("type").asString().equals("m.room.member")) {
            wanted.add(new StateKey("m.room.join_rules", ""));
        }
        return wanted.stream().map(state::get).filter(Objects::nonNull).toList();
    }

    private ObjectNode membership(ServerName server) {
        return state(server, "m.room.member", user(server), JSON.objectNode().put("membership", "join"));
    }

    private static ObjectNode state(ServerName server, String type, String stateKey, ObjectNode content) {
        return event(server, type, content).put("state_key", stateKey);
    }

    private static ObjectNode event(ServerName server, String type, ObjectNode content) {
        ObjectNode event = JSON.objectNode().put("type", type).put("sender", user(server));
        event.set("content", content);
        return event;
    }

    private static String user(ServerName server) {
        return "@walker:" + server;
    }

    private String text() {
        int length = (int) Math.min(20_000, -Math.log(1 - random.nextDouble()) * shape.meanText());
        StringBuilder text = new StringBuilder(length + 8);
        do {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        } while (text.length() < length);
        return text.toString();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
