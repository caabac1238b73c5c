package dev.headwater.gateway.transfer;

import dev.headwater.history.EventStore;
import dev.headwater.history.Page;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.RedactionCheck;
import dev.headwater.history.RoomHead;
import dev.headwater.history.StateCheck;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Derives everything that is stored about a room's events from their bytes again, and compares: IDs and hashes, index
 * and pages, times, edges, gaps, corrected depths, states and visibility, marks and what became of redactions. Reads the room twice; about 30 bytes an event stay in memory.
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
        RedactionCheck redactions = new RedactionCheck(store, head);
        return pages.bodies()
                .concatMap(page -> compare(head, comparison, states, redactions, page, progress), 0)
                .then(Mono.defer(() -> conclude(head, comparison)))
                .then(Mono.defer(
                        () -> new AdmissionComparison(store, comparison::note).compare(head, comparison.isSound())))
                .map(comparison::report);
    }

    private Mono<Void> compare(
            RoomHead head,
            PageComparison comparison,
            StateCheck states,
            RedactionCheck redactions,
            Page page,
            LongConsumer progress) {
        PageComparison.Read read = comparison.read(page);
        PageId id = page.side().id();
        return Mono.zip(
                        store.basis(room, head.roomVersion(), comparison.namedBy(read), comparison.sendersOf(read)),
                        states.differences(page),
                        redactions.differences(comparison.redactionsIn(read)),
                        store.timeRuns(room, List.of(id)))
                .publishOn(Schedulers.boundedElastic())
                .doOnNext(all -> {
                    List<String> elsewhere = new ArrayList<>(all.getT2());
                    elsewhere.addAll(all.getT3());
                    progress.accept(
                            comparison.compare(read, all.getT1(), all.getT4().getOrDefault(id, List.of()), elsewhere));
                })
                .then();
    }

    private Mono<Void> conclude(RoomHead head, PageComparison comparison) {
        MarkComparison marks = comparison.marks();
        return Mono.zip(
                        store.basis(room, head.roomVersion(), marks.targets(), marks.redactedSenders()),
                        store.tally(room))
                .doOnNext(both -> comparison.conclude(both.getT1(), both.getT2()))
                .then();
    }

    private Mono<Void> unchangedSince(RoomHead before) {
        return head().flatMap(now -> now.version() == before.version()
                ? Mono.empty()
                : Mono.error(new TransferException(
                        room + " was written to while it was checked; expected a quiet room, try again")));
    }
}
