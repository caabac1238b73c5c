package dev.headwater.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomBuilder;
import dev.headwater.history.RoomWriter;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoomAccessTest {
    private static final RoomId ROOM = RoomId.parse("!room:hs.example");
    private static final ServerName REMOTE = ServerName.parse("remote.example:8448");
    private static final String ALL = "{\"allow\":[\"*\"]}";
    private static final String NOT_REMOTE = "{\"allow\":[\"*\"],\"deny\":[\"remote.*\"]}";

    private final MemoryEventStore store = new MemoryEventStore();
    private final RoomAccess access = new RoomAccess(store);

    private @Nullable Boolean mayAsk(Set<ServerName> joined, String... acls) {
        new RoomWriter(store)
                .write(
                        ROOM,
                        RoomBuilder.VERSION,
                        new RoomBuilder(ROOM).chain("c", 1).events())
                .block();
        store.admit(ROOM, new RoomAdmission(joined, List.of(acls))).block();
        return access.mayAsk(REMOTE, ROOM).block();
    }

    @Test
    void nobodyMayAskAboutAnUnknownRoom() {
        assertThat(access.mayAsk(REMOTE, ROOM).block()).isFalse();
    }

    @Test
    void serversWithAJoinedUserMayAsk() {
        assertThat(mayAsk(Set.of(REMOTE))).isTrue();
        assertThat(mayAsk(Set.of(ServerName.parse("remote.example")))).isFalse();
        assertThat(mayAsk(Set.of())).isFalse();
    }

    @Test
    void everyListInForceMustAdmit() {
        assertThat(mayAsk(Set.of(REMOTE), ALL)).isTrue();
        assertThat(mayAsk(Set.of(REMOTE), ALL, NOT_REMOTE)).isFalse();
        assertThat(mayAsk(Set.of(REMOTE), "not a list")).isFalse();
        assertThat(mayAsk(Set.of(), ALL)).isFalse();
    }
}
