package dev.headwater.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.json.CanonicalJson;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.Peer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The conflicts of random rooms, and what Synapse's own code makes of them. The seed is printed and can be given again as
 * {@code -Dheadwater.oracle.seed=S}; {@code -Dheadwater.peer.rounds=N} multiplies the rooms compared.
 */
class ResolutionPeerIT {
    private static final int ROOMS_OF_A_VERSION = 12;
    private static final long SEED = Long.getLong("headwater.oracle.seed", 20261127);
    private static final int ROUNDS = Integer.getInteger("headwater.peer.rounds", 1);

    private static Peer peer;

    @BeforeAll
    static void startPeer() throws IOException, InterruptedException {
        System.out.println("ResolutionPeerIT: -Dheadwater.oracle.seed=" + SEED);
        peer = Peer.start();
    }

    @AfterAll
    static void endPeer() throws IOException, InterruptedException {
        if (peer != null) {
            peer.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void resolvesEveryConflictAlike(RoomVersion version) throws IOException {
        AuthorizationRules rules = new AuthorizationRules(version, Reading.SYNAPSE);
        int compared = 0;
        int allowed = 0;
        int refused = 0;
        for (long i = 0; i < (long) ROOMS_OF_A_VERSION * ROUNDS; i++) {
            RandomRoom room = RandomRoom.draw(SEED + i, version);
            for (Conflict conflict : Conflict.of(room)) {
                ObjectNode theirs = peer.ask(request(room, conflict));
                List<Boolean> verdicts = conflict.allowed(rules);
                String what = "seed " + (SEED + i) + ", " + conflict.json();
                assertThat(texts(theirs.path("resolved")))
                        .as("%s, %s", what, theirs)
                        .isEqualTo(conflict.resolved(rules));
                assertThat(theirs.path("allowed").toString())
                        .as(what)
                        .isEqualTo(verdicts.toString().replace(" ", ""));
                compared++;
                allowed += (int) verdicts.stream().filter(verdict -> verdict).count();
                refused += (int) verdicts.stream().filter(verdict -> !verdict).count();
            }
        }
        System.out.println("ResolutionPeerIT: version " + version.identifier() + ": " + compared
                + " conflicts resolved alike, events allowed " + allowed + ", refused " + refused);
        assertThat(Math.min(compared, Math.min(allowed, refused))).isPositive();
    }

    private static ObjectNode request(RandomRoom room, Conflict conflict) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("version", conflict.version().identifier());
        ArrayNode events = request.putArray("events");
        for (RoomEvent event : conflict.events()) {
            ObjectNode json = room.pdu(event.id()).json().deepCopy();
            json.set("content", event.content());
            events.add(new String(CanonicalJson.encode(json), StandardCharsets.UTF_8));
        }
        ArrayNode meeting = request.putArray("meeting");
        for (List<String> ids : conflict.meeting()) {
            ids.forEach(meeting.addArray()::add);
        }
        ArrayNode asked = request.putArray("asked");
        conflict.asked().forEach(each -> asked.addArray().add(each.event()).add(each.state()));
        return request;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.stringValue()));
        return texts;
    }
}
