package dev.headwater.gateway.transfer;

import dev.headwater.history.EventStore;
import dev.headwater.history.Page;
import dev.headwater.history.Pages;
import dev.headwater.history.RoomHead;
import dev.headwater.history.StateCheck;
import dev.headwater.id.RoomId;
import java.util.List;
import java.util.function.LongConsumer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Derives everything that is stored about a room's events from their bytes again, and compares: IDs and hashes, index
 * and pages, edges, corrected depths, states and visibility. Reads the room twice; about 30 bytes an event stay in memory.
 */
public final class RoomVerify {
    private final EventStore store;
    private final RoomId room;

    public RoomVerify(EventStore store, RoomId room) {
        this.store = store;
        this.room = room;
    }

    /**
     * What the check found; empty if the room is not stored. Starts on subscription. Fails with {@link TransferException}
     * if the room is written to meanwhile.
     *
     * @param progress told how many events are done
     */
    public Mono<VerifyReport> run(LongConsumer progress) {
        return head().flatMap(head -> {
            RoomPages pages = new RoomPages(store, room);
            SideFacts facts = new SideFacts();
            return pages.sides()
                    .publishOn(Schedulers.boundedElastic(), 1)
                    .doOnNext(page -> facts.add(page.side()))
                    .then(Mono.defer(() -> compare(head, pages, facts, progress)))
                    .flatMap(report -> unchangedSince(head).thenReturn(report));
        });
    }

    private Mono<RoomHead> head() {
        return store.plan(room, List.of()).map(Pages::head);
    }

    private Mono<VerifyReport> compare(RoomHead head, RoomPages pages, SideFacts facts, LongConsumer progress) {
        PageComparison comparison = new PageComparison(head, facts);
        StateCheck states = new StateCheck(store, head, facts::state);
        return pages.bodies()
                .concatMap(page -> compare(comparison, states, page, progress), 0)
                .then(Mono.fromSupplier(comparison::report));
    }

    private Mono<Void> compare(PageComparison comparison, StateCheck states, Page page, LongConsumer progress) {
        return Mono.zip(store.locate(room, comparison.namedBy(page.side())), states.differences(page))
                .publishOn(Schedulers.boundedElastic())
                .doOnNext(both ->
                        progress.accept(comparison.compare(page, both.getT1().places(), both.getT2())))
                .then();
    }

    private Mono<Void> unchangedSince(RoomHead before) {
        return head().flatMap(now -> now.version() == before.version()
                ? Mono.empty()
                : Mono.error(new TransferException(
                        room + " was written to while it was checked; expected a quiet room, try again")));
    }
}
