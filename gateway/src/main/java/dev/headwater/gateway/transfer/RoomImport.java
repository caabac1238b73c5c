package dev.headwater.gateway.transfer;

import dev.headwater.gateway.transfer.ImportReport.Refused;
import dev.headwater.history.EventStore;
import dev.headwater.history.RoomWriter;
import dev.headwater.history.SealSweep;
import dev.headwater.history.WriteResult;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.VerifyKeys;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A room's dump on its way into a store: every event is checked, then all are written oldest first.
 *
 * <p>The file is read twice and never held as a whole: once for the order of its events, once for the events. Repeating
 * an import does nothing; repeating one that broke off goes on with it.
 */
public final class RoomImport {
    /** Lines that are checked as one task. */
    private static final int LINES = 256;

    private static final int BYTES = 1 << 20;

    private final EventStore store;
    private final EventCheck check;
    private final boolean sealPages;

    /** Told how far an import is; called often, from any thread, never from two at once. */
    public interface Watcher {
        /** Bytes of the file that were read for the order of events. */
        void reading(long bytes, long of);

        /** Events that were written, or refused. */
        void writing(long events, long of);
    }

    /**
     * @param trusted whether an event is taken though the key that signed it is not known
     * @param sealPages whether pages that will not grow any more are compressed at the end
     */
    public RoomImport(EventStore store, VerifyKeys keys, Ed25519 scheme, boolean trusted, boolean sealPages) {
        this.store = store;
        this.check = new EventCheck(keys, scheme, trusted);
        this.sealPages = sealPages;
    }

    /**
     * Imports one file. Starts on subscription, checks on all cores and writes one batch after another; on cancellation
     * what was written stays.
     *
     * @param assumed the room version where the file has no create event
     * @return the counts, once the room can be asked for. Fails with {@link TransferException} if the file cannot be read
     *     or its room cannot be told
     */
    public Mono<ImportReport> run(Path file, @Nullable RoomVersion assumed, Watcher watcher) {
        return DumpRoom.of(file, assumed, store).flatMap(room -> new Run(file, room, watcher).run());
    }

    private final class Run {
        private final Path file;
        private final DumpRoom room;
        private final Watcher watcher;
        private final HistoryOrder order = new HistoryOrder();
        private final SortedMap<String, Refused> refused = new TreeMap<>();
        private long taken;
        private long known;
        private long unverified;
        private long redacted;
        private long written;

        Run(Path file, DumpRoom room, Watcher watcher) {
            this.file = file;
            this.room = room;
            this.watcher = watcher;
        }

        Mono<ImportReport> run() {
            return scan().then(Mono.defer(this::write))
                    .then(Mono.defer(() -> new RoomSettlement(store).of(room.id())))
                    .then(Mono.defer(this::seal))
                    .then(Mono.fromSupplier(this::report));
        }

        private Mono<Void> scan() {
            return checked(DumpBatches.all(file, LINES, BYTES), batch -> EventCheck.scan(room, batch))
                    .doOnNext(scanned -> {
                        scanned.events()
                                .forEach(event -> order.add(
                                        event.id(), event.depth(), event.ts(), event.prevEvents(), event.position()));
                        scanned.refused().forEach(this::refuse);
                        watcher.reading(scanned.end(), scanned.length());
                    })
                    .then();
        }

        private Mono<Void> write() {
            long[] positions = order.positions();
            RoomWriter writer = new RoomWriter(store);
            return checked(DumpBatches.at(file, positions, LINES, BYTES), batch -> check.check(room, batch))
                    .concatMap(
                            checked -> writer.write(room.id(), room.version(), checked.events())
                                    .doOnNext(result -> count(checked, result, positions.length)),
                            1)
                    .then();
        }

        private Mono<Long> seal() {
            return sealPages ? new SealSweep(store).sweep(room.id()) : Mono.empty();
        }

        private void count(EventCheck.Checked checked, WriteResult result, long of) {
            checked.refused().forEach(this::refuse);
            result.refused().forEach((id, why) -> refuse(new EventCheck.Refusal(EventCheck.word(why), id.value())));
            taken += result.taken();
            known += result.known();
            unverified += checked.unverified();
            redacted += checked.redacted();
            written += checked.events().size() + checked.refused().size();
            watcher.writing(written, of);
        }

        private void refuse(EventCheck.Refusal refusal) {
            refused.merge(
                    refusal.reason(),
                    new Refused(1, refusal.message()),
                    (there, more) -> new Refused(there.count() + more.count(), there.example()));
        }

        private ImportReport report() {
            return new ImportReport(room.id(), room.version(), taken, known, unverified, redacted, refused);
        }
    }

    /** Works on batches on all cores, and gives the results in the order of the batches. */
    private static <T> Flux<T> checked(Flux<DumpBatches.Batch> batches, Function<DumpBatches.Batch, T> work) {
        return batches
                // A file is read by a thread that may wait.
                .subscribeOn(Schedulers.boundedElastic(), true)
                .flatMapSequential(
                        batch -> Mono.fromSupplier(() -> work.apply(batch)).subscribeOn(Schedulers.parallel()),
                        Runtime.getRuntime().availableProcessors(),
                        1);
    }
}
