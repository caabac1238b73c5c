package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.VERSION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.access.ServerAcl;
import dev.headwater.id.ServerName;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CurrentStateTest {
    private static final String DENIES_ALL = "{}";

    private final MemoryEventStore store = new MemoryEventStore();
    private final RoomBuilder room = new RoomBuilder("!state:a.test");

    private RoomBuilder.Draft member(String name, String user, String membership) {
        return room.event(name)
                .kind(EventKind.MEMBERSHIP)
                .body("{\"state_key\":\"" + user + "\",\"content\":{\"membership\":\"" + membership + "\"}}");
    }

    private RoomBuilder.Draft acl(String name, String allow) {
        return room.event(name).kind(EventKind.SERVER_ACL).body("{\"content\":{\"allow\":[\"" + allow + "\"]}}");
    }

    private RoomAdmission derived() {
        Awaited.value(new RoomWriter(store).write(room.room(), VERSION, room.events()));
        return Awaited.value(new CurrentState(store).of(room.room()));
    }

    private static Set<ServerName> servers(String... names) {
        return Set.copyOf(List.of(names).stream().map(ServerName::parse).toList());
    }

    @Test
    void isEmptyForARoomThatIsNotStored() {
        assertThat(new CurrentState(store).of(room.room()).blockOptional()).isEmpty();
    }

    @Test
    void countsTheLatestMembershipOfEachUser() {
        room.event("create").kind(EventKind.CREATE);
        member("a1", "@a:one.test", "join").after("create");
        member("b1", "@b:two.test:8448", "join").after("a1");
        member("c1", "@c:three.test", "invite").after("b1");
        member("b2", "@b:two.test:8448", "leave").after("c1");
        member("d1", "@d:two.test:8448", "join").after("b2");
        member("e1", "@e:four.test", "join").after("d1");
        member("e2", "@e:four.test", "ban").after("e1");
        acl("acl1", "old").after("e2");
        acl("acl2", "new").after("acl1");
        room.event("last").after("acl2");
        RoomAdmission admission = derived();
        assertThat(admission.joined()).isEqualTo(servers("one.test", "two.test:8448"));
        assertThat(admission.acls()).containsExactly("{\"allow\":[\"new\"]}");
    }

    @Test
    void countsNobodyOnWhomBranchesDiffer() {
        room.event("create").kind(EventKind.CREATE);
        member("a", "@a:both.test", "join").after("create");
        member("left", "@l:left.test", "join").after("a");
        member("twice1", "@t:twice.test", "join").after("left");
        member("twice2", "@t:twice.test", "join").after("a");
        acl("acl1", "left").after("twice1");
        acl("acl2", "right").after("twice2");
        RoomAdmission admission = derived();
        assertThat(admission.joined()).isEqualTo(servers("both.test"));
        assertThat(admission.acls()).containsExactlyInAnyOrder("{\"allow\":[\"left\"]}", "{\"allow\":[\"right\"]}");
    }

    @Test
    void countsWhoComesAfterTheBranchesHaveMerged() {
        room.event("create").kind(EventKind.CREATE);
        room.event("left").after("create");
        room.event("right").after("create");
        acl("acl", "right").after("right");
        room.event("merge").after("left", "acl");
        member("a", "@a:after.test", "join").after("merge");
        RoomAdmission admission = derived();
        assertThat(admission.joined()).isEqualTo(servers("after.test"));
        assertThat(admission.acls()).containsExactly("{\"allow\":[\"right\"]}");
    }

    @Test
    void provesNothingBesideMissingHistory() {
        member("a", "@a:before.test", "join");
        member("b", "@b:at.test", "join").after("a", "missing");
        member("c", "@c:after.test", "join").after("b");
        assertThat(derived().joined()).isEqualTo(servers("at.test", "after.test"));
    }

    @Test
    void deniesAllWhereMissingHistoryMayHaveAnAcl() {
        member("a", "@a:a.test", "join").after("missing");
        assertThat(derived().acls()).containsExactly(DENIES_ALL);
        assertThat(ServerAcl.parse(DENIES_ALL).allows(ServerName.parse("a.test")))
                .isFalse();
    }

    @Test
    void deniesAllWhereOneBranchOfSeveralIsMissing() {
        room.event("create").kind(EventKind.CREATE);
        acl("acl", "*").after("create");
        room.event("merge").after("acl", "missing");
        assertThat(derived().acls()).containsExactlyInAnyOrder("{\"allow\":[\"*\"]}", DENIES_ALL);
    }

    @Test
    void needsNoHistoryBehindAnAcl() {
        acl("acl", "*").after("missing");
        member("a", "@a:a.test", "join").after("acl");
        RoomAdmission admission = derived();
        assertThat(admission.joined()).isEqualTo(servers("a.test"));
        assertThat(admission.acls()).containsExactly("{\"allow\":[\"*\"]}");
    }

    @Test
    void deniesAllByAnAclThatSomebodyHasAskedToRedact() {
        room.event("create").kind(EventKind.CREATE);
        acl("acl", "*").after("create");
        room.event("redaction").redacts("acl").after("acl");
        assertThat(derived().acls()).contains(DENIES_ALL);
    }

    @Test
    void countsNobodyBeforeAMembershipThatMayHaveBeenTakenOrNot() {
        room.event("create").kind(EventKind.CREATE);
        member("a", "@a:in.test", "join").after("create");
        member("b", "@a:in.test", "leave").after("a").silent();
        member("c", "@c:next.test", "join").after("b");
        assertThat(derived().joined()).isEqualTo(servers("next.test"));
    }

    @Test
    void endsAtWhatMayHaveBeenTakenAsWellAsBeforeIt() {
        room.event("create").kind(EventKind.CREATE);
        member("a", "@a:in.test", "join").after("create");
        member("b", "@b:next.test", "join").after("a");
        member("leaf", "@b:next.test", "ban").after("b").silent();
        assertThat(derived().joined()).isEmpty();
    }

    @Test
    void deniesAllByAnAclThatMayHaveBeenTakenOrNot() {
        room.event("create").kind(EventKind.CREATE);
        acl("old", "*").after("create");
        acl("new", "nobody").after("old").silent();
        assertThat(derived().acls()).contains("{\"allow\":[\"*\"]}", DENIES_ALL);
    }

    @Test
    void readsWhateverTheGateHasTaken() {
        String longName = "\"" + "n".repeat(60_000) + "\":1e-400,";
        room.event("create").kind(EventKind.CREATE);
        room.event("a")
                .kind(EventKind.MEMBERSHIP)
                .body("{" + longName + "\"state_key\":\"@a:in.test\",\"content\":{\"membership\":\"join\"}}")
                .after("create");
        room.event("acl")
                .kind(EventKind.SERVER_ACL)
                .body("{\"content\":{" + longName + "\"allow\":[\"*\"]}}")
                .after("a");
        RoomAdmission admission = derived();
        assertThat(admission.joined()).isEqualTo(servers("in.test"));
        assertThat(admission.acls())
                .allMatch(acl -> ServerAcl.parse(acl).allows(ServerName.parse("in.test")))
                .hasSize(1);
    }

    @Test
    void passesALongRoomWithManyUsers() {
        room.event("e0").kind(EventKind.CREATE);
        for (int i = 1; i <= 20_000; i++) {
            member("e" + i, "@u" + i % 3_000 + ":s" + i % 1_000 + ".test", i > 19_000 ? "leave" : "join")
                    .after("e" + (i - 1));
        }
        assertThat(derived().joined()).hasSize(1_000);
    }
}
