package dev.headwater.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.event.Pdu;
import dev.headwater.event.Verified;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PduSignatures;
import dev.headwater.sign.VerifyKeys;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoomGeneratorTest {
    private static final long SEED = 20261122;
    private static final List<ServerName> SERVERS =
            List.of(ServerName.parse("one.example"), ServerName.parse("two.example:8448"));
    private static final VerifyKeys KEYS =
            (server, id, at) -> RoomGenerator.key(SEED, server).verifyKey();

    @ParameterizedTest
    @EnumSource(
            value = RoomVersion.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"V1", "V2"})
    void everyEventIsGenuineAndComesAfterItsParents(RoomVersion version) {
        Set<EventId> seen = new HashSet<>();
        List<Pdu> room = room(new RoomShape(SEED, 0, 60, version, SERVERS, 2, 0.3, 0.1, 60));
        for (Pdu pdu : room) {
            assertThat(PduSignatures.check(pdu, KEYS, Ed25519.jdk())).isInstanceOf(Verified.Accepted.class);
            assertThat(seen).containsAll(pdu.prevEvents());
            seen.add(pdu.id());
        }
        assertThat(room)
                .hasSize(60)
                .extracting(Pdu::room)
                .containsOnly(room.get(0).room());
    }

    @Test
    void oneShapeGivesOneRoom() {
        RoomShape shape = RoomShape.ordinary(7, 40);
        assertThat(room(shape))
                .extracting(Pdu::id)
                .containsExactlyElementsOf(room(shape).stream().map(Pdu::id).toList());
        assertThat(room(RoomShape.ordinary(8, 40)).get(0).id())
                .isNotEqualTo(room(shape).get(0).id());
    }

    @Test
    void forksAreMergedByTheNextEventAndBranchesNever() {
        List<Pdu> room = room(new RoomShape(SEED, 0, 400, RoomVersion.V11, SERVERS, 20, 0.2, 0, 10));
        Set<EventId> ends = new HashSet<>();
        for (Pdu pdu : room) {
            pdu.prevEvents().forEach(ends::remove);
            ends.add(pdu.id());
        }
        assertThat(ends).hasSizeBetween(20, 40);
        assertThat(room).anyMatch(pdu -> pdu.prevEvents().size() == 2);
    }

    @Test
    void refusesWhatItCannotMake() {
        assertThatThrownBy(() ->
                        new RoomGenerator(new RoomShape(1, 0, 60, RoomVersion.V2, SERVERS, 1, 0, 0, 10), Ed25519.jdk()))
                .hasMessageContaining("version 3");
        assertThatThrownBy(() -> RoomShape.ordinary(1, 3)).hasMessageContaining("founding");
    }

    private static List<Pdu> room(RoomShape shape) {
        List<Pdu> events = new ArrayList<>();
        new RoomGenerator(shape, Ed25519.jdk()).forEachRemaining(events::add);
        return events;
    }
}
