package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.access.AloneSight;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AnchorsTest {
    private static final ToldEvent CREATE = told("far0", "m.room.create", "", "");

    private final MemoryEventStore store = new MemoryEventStore();
    private final RoomBuilder room = new RoomBuilder("!anchored:a.test");
    private final Anchors anchors = new Anchors(store);

    private static ToldEvent told(String event, String type, String stateKey, String value) {
        return new ToldEvent(RoomBuilder.id(event), type, stateKey, value);
    }

    private static ToldEvent visibility(String value) {
        return told("far1", "m.room.history_visibility", "", value);
    }

    private static ToldEvent member(String event, String user, String membership) {
        return told(event, "m.room.member", user, membership);
    }

    private Visibility visibilityOf(String event) {
        return StoredRoom.read(store, room.room()).side(event).visibility();
    }

    private Visibility anchor(String event, ToldEvent... state) {
        return Awaited.value(anchors.anchor(room.room(), RoomBuilder.id(event), List.of(state)));
    }

    private long sweep() {
        return Awaited.value(new VisibilitySweep(store).sweep(room.room()));
    }

    private Sight sight(String event, String server) {
        Side side = StoredRoom.read(store, room.room()).side(event);
        Viewer viewer = new AloneSight(new RoomStates(store)).of(ServerName.parse(server));
        viewer.prepare(room.room(), List.of(side)).block();
        return Awaited.present(viewer.sightOf(side));
    }

    private void write(List<NewEvent> events) {
        Awaited.value(new RoomWriter(store).write(room.room(), RoomBuilder.VERSION, events));
    }

    private RoomBuilder.Draft visibility(String name, String value) {
        return room.event(name)
                .kind(EventKind.RESTRICTS_HISTORY)
                .body("{\"content\":{\"history_visibility\":\"" + value + "\"}}");
    }

    /** Fifty events of a hundred are missing. */
    private void writeWithoutBeginning() {
        room.chain("e", 100);
        visibility("restricting", "joined").after("e100");
        room.event("after").after("restricting");
        List<NewEvent> events = room.events();
        write(events.subList(50, events.size()));
        assertThat(visibilityOf("e60")).isEqualTo(Visibility.UNKNOWN);
    }

    @Test
    void opensAnEventAndWhatFollowsIt() {
        writeWithoutBeginning();
        assertThat(anchor("e60", CREATE, visibility("shared"))).isEqualTo(Visibility.OPEN);
        assertThat(sweep()).isEqualTo(42);
        assertThat(visibilityOf("e59")).isEqualTo(Visibility.UNKNOWN);
        assertThat(visibilityOf("e60")).isEqualTo(Visibility.OPEN);
        assertThat(visibilityOf("e61")).isEqualTo(Visibility.OPEN);
        assertThat(visibilityOf("restricting")).isEqualTo(Visibility.JOINED);
        assertThat(visibilityOf("after")).isEqualTo(Visibility.JOINED);
    }

    @Test
    void provesThatWhatItDoesNotNameIsNotThere() {
        writeWithoutBeginning();
        assertThat(anchor("e60", CREATE, member("far2", "@in:in.test", "join"))).isEqualTo(Visibility.OPEN);
        sweep();
        assertThat(sight("after", "in.test")).isEqualTo(Sight.SHOWN);
        assertThat(sight("after", "out.test")).isEqualTo(Sight.REDACTED);
        assertThat(sight("e59", "in.test")).isEqualTo(Sight.WITHHELD);
    }

    @Test
    void tellsWhoMaySeeARestrictedRoom() {
        writeWithoutBeginning();
        assertThat(anchor(
                        "e60",
                        visibility("invited"),
                        member("far2", "@a:joined.test", "join"),
                        member("far3", "@a:invited.test", "invite"),
                        member("far4", "@a:left.test", "leave")))
                .isEqualTo(Visibility.INVITED);
        sweep();
        assertThat(visibilityOf("e61")).isEqualTo(Visibility.INVITED);
        assertThat(sight("e61", "joined.test")).isEqualTo(Sight.SHOWN);
        assertThat(sight("e61", "invited.test")).isEqualTo(Sight.SHOWN);
        assertThat(sight("e61", "left.test")).isEqualTo(Sight.REDACTED);
        assertThat(sight("after", "invited.test")).isEqualTo(Sight.REDACTED);
    }

    @Test
    void showsWhatNoRuleKnowsToThoseAloneWhomAnyRuleShows() {
        writeWithoutBeginning();
        assertThat(anchor("e60", visibility("nonsense"), member("far2", "@a:joined.test", "join")))
                .isEqualTo(Visibility.PERHAPS_JOINED);
        assertThat(sight("e60", "joined.test")).isEqualTo(Sight.SHOWN);
        assertThat(sight("e60", "other.test")).isEqualTo(Sight.WITHHELD);
    }

    @Test
    void changesNothingWhenItIsRepeatedOrNotNeeded() {
        writeWithoutBeginning();
        anchor("e60", CREATE);
        sweep();
        long version = StoredRoom.read(store, room.room()).head().version();
        assertThat(anchor("e60", CREATE)).isEqualTo(Visibility.OPEN);
        assertThat(anchor("e61", visibility("joined"))).isEqualTo(Visibility.OPEN);
        assertThat(StoredRoom.read(store, room.room()).head().version()).isEqualTo(version);
    }

    @Test
    void decidesWhatBranchesDisagreeOnAndAllThatFollows() {
        room.event("create").kind(EventKind.CREATE);
        visibility("left", "joined").after("create");
        visibility("right", "invited").after("create");
        room.event("merge").after("left", "right");
        room.event("a").after("merge");
        room.event("b").after("merge");
        room.event("end").after("a", "b");
        for (int i = 0; i < 100; i++) {
            room.event("later" + i).after(i == 0 ? "end" : "later" + (i - 1));
        }
        write(room.events());
        assertThat(visibilityOf("later99")).isEqualTo(Visibility.PERHAPS_JOINED);
        assertThat(anchor(
                        "merge",
                        told("create", "m.room.create", "", ""),
                        told("right", "m.room.history_visibility", "", "invited")))
                .isEqualTo(Visibility.INVITED);
        assertThat(StoredRoom.read(store, room.room()).head().restating()).isTrue();
        sweep();
        for (String event : List.of("a", "b", "end", "later0", "later99")) {
            assertThat(visibilityOf(event)).isEqualTo(Visibility.INVITED);
        }
        assertThat(visibilityOf("left")).isEqualTo(Visibility.JOINED);
        assertThat(StoredRoom.read(store, room.room()).head().restating()).isFalse();
    }

    @Test
    void takesAStateOfVeryManyMembers() {
        writeWithoutBeginning();
        List<ToldEvent> state = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            state.add(member("m" + i, "@u" + i + ":s" + i % 4_000 + ".test", i % 2 == 0 ? "join" : "leave"));
        }
        state.add(visibility("joined"));
        CountingStore counting = new CountingStore(store);
        Awaited.value(new Anchors(counting).anchor(room.room(), RoomBuilder.id("e60"), state));
        assertThat(counting.publishes).hasValue(1);
        CountingStore swept = new CountingStore(store);
        Awaited.value(new VisibilitySweep(swept).sweep(room.room()));
        assertThat(swept.stateChunksRead.get()).isLessThan(32);
        assertThat(sight("e99", "s2.test")).isEqualTo(Sight.SHOWN);
        assertThat(sight("e99", "s3.test")).isEqualTo(Sight.REDACTED);
    }

    @Test
    void refusesAStateThatHoldsAPairTwice() {
        writeWithoutBeginning();
        var twice = anchors.anchor(
                room.room(),
                RoomBuilder.id("e60"),
                List.of(member("far2", "@a:b.test", "join"), member("far3", "@a:b.test", "leave")));
        assertThatThrownBy(twice::block)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two events hold m.room.member with the state key '@a:b.test'");
    }

    @Test
    void isEmptyForAnEventThatIsNotStored() {
        EventId missing = RoomBuilder.id("e1");
        assertThat(anchors.anchor(room.room(), missing, List.of()).blockOptional())
                .isEmpty();
        writeWithoutBeginning();
        assertThat(anchors.anchor(room.room(), missing, List.of()).blockOptional())
                .isEmpty();
    }
}
