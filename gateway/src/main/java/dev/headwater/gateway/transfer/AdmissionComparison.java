package dev.headwater.gateway.transfer;

import dev.headwater.history.CurrentState;
import dev.headwater.history.EventStore;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomHead;
import dev.headwater.id.ServerName;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;

/** Compares who is in a room as it is stored with what its events prove. */
final class AdmissionComparison {
    private final EventStore store;
    private final Consumer<String> differs;

    AdmissionComparison(EventStore store, Consumer<String> differs) {
        this.store = store;
        this.differs = differs;
    }

    /** What is stored, and how far it was compared. */
    record Outcome(int servers, VerifyReport.Admission admission) {}

    /**
     * Starts on subscription. Fails as {@link CurrentState} does.
     *
     * @param sound whether the events are stored as they should be: nothing can be derived from others
     */
    Mono<Outcome> compare(RoomHead head, boolean sound) {
        return store.wholeAdmission(head.room()).flatMap(stored -> {
            int servers = stored.joined().size();
            if (stored.told()) {
                return Mono.just(new Outcome(servers, VerifyReport.Admission.TOLD));
            }
            if (!sound || head.lazyEdges()) {
                return Mono.just(new Outcome(servers, VerifyReport.Admission.NOT_PROVABLE));
            }
            return new CurrentState(store)
                    .of(head.room())
                    .doOnNext(proven -> compare(stored, proven))
                    .thenReturn(new Outcome(servers, VerifyReport.Admission.PROVEN));
        });
    }

    private void compare(RoomAdmission stored, RoomAdmission proven) {
        for (ServerName server : without(stored.joined(), proven.joined())) {
            differs.accept(server + " is taken for a server in the room; the room's events do not prove that");
        }
        for (ServerName server : without(proven.joined(), stored.joined())) {
            differs.accept(server + " is not taken for a server in the room; by the room's events it is in it");
        }
        if (!new HashSet<>(stored.acls()).equals(new HashSet<>(proven.acls()))) {
            differs.accept("the access control lists in force are "
                    + stored.acls().size() + "; they are not those of the room's events");
        }
    }

    private static Set<ServerName> without(Set<ServerName> some, Set<ServerName> others) {
        Set<ServerName> left = new TreeSet<>(some);
        left.removeAll(others);
        return left;
    }
}
