package dev.headwater.gateway.transfer;

import dev.headwater.event.Pdu;
import dev.headwater.gateway.transfer.ImportReport.Refused;
import dev.headwater.history.EventStore;
import dev.headwater.history.NewEvent;
import dev.headwater.history.RoomWriter;
import dev.headwater.history.SealSweep;
import dev.headwater.history.WriteResult;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.VerifyKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A room's dump on its way into a store: every event is checked, and written behind its parents.
 *
 * <p>The file is read from its beginning to its end, and never held as a whole. Events whose parents stand before them are
 * written as they come. The others are read once more, oldest first, when the file has been read and it is known which of
 * their parents are in it. Repeating an import does nothing; repeating one that broke off goes on with it.
 */
public final class RoomImport {
    /** Lines that are checked as one task. */
    private static final int LINES = 256;

    private static final int BYTES = 1 << 20;

    /** Batches that are written as one: where one ends, a page may be left that the next one has to go on with. */
    private static final int BATCHES_A_WRITE = 8;

    private final EventStore store;
    private final EventCheck check;
    private final boolean sealPages;

    /** Told how far an import is; called often, from any thread, never from two at once. */
    public interface Watcher {
        /** Bytes of the file that were read. */
        void reading(long bytes, long of);

        /** Of the events that had to wait for the end of the file, how many were written, or refused. */
        void writing(long events, long of);
    }

    /**
     * @param trusted whether an event is taken though the key that signed it is not known
     * @param sealPages whether pages that will not grow any more are compressed: full ones as they are written, others at the end
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
        private final RoomWriter writer;
        private final ParentsFirst ready = new ParentsFirst();
        private final HistoryOrder waiting = new HistoryOrder();
        private final SortedMap<String, Refused> refused = new TreeMap<>();
        private long taken;
        private long known;
        private long unverified;
        private long redacted;
        private long waited;

        Run(Path file, DumpRoom room, Watcher watcher) {
            this.file = file;
            this.room = room;
            this.watcher = watcher;
            this.writer = RoomWriter.ofHistory(store, sealPages);
        }

        Mono<ImportReport> run() {
            return writeReady()
                    .then(Mono.defer(this::writeWaiting))
                    .then(Mono.defer(() -> new RoomSettlement(store).of(room.id())))
                    .then(Mono.defer(this::seal))
                    .then(Mono.fromSupplier(this::report));
        }

        private Mono<Void> writeReady() {
            Flux<EventCheck.Scan> scans =
                    onAllCores(DumpBatches.all(file, LINES, BYTES), batch -> EventCheck.scan(room, batch));
            return write(onAllCores(scans.map(this::ready), check::check), checked -> {});
        }

        private Mono<Void> writeWaiting() {
            long[] positions = waiting.positions();
            return write(
                    onAllCores(DumpBatches.at(file, positions, LINES, BYTES), batch -> check.check(room, batch)),
                    checked -> {
                        waited += checked.events().size() + checked.refused().size();
                        watcher.writing(waited, positions.length);
                    });
        }

        /** The events that are not to wait for the end of the file. */
        private List<EventCheck.Scanned> ready(EventCheck.Scan scan) {
            scan.refused().forEach(this::refuse);
            watcher.reading(scan.end(), scan.length());
            List<EventCheck.Scanned> now = new ArrayList<>();
            for (EventCheck.Scanned scanned : scan.events()) {
                Pdu pdu = scanned.pdu();
                if (ready.take(pdu.id(), pdu.prevEvents())) {
                    now.add(scanned);
                } else {
                    waiting.add(pdu.id(), pdu.depth(), pdu.originServerTs(), pdu.prevEvents(), scanned.position());
                }
            }
            return now;
        }

        private Mono<Void> write(Flux<EventCheck.Checked> batches, Consumer<EventCheck.Checked> written) {
            return batches.buffer(BATCHES_A_WRITE)
                    .concatMap(
                            some -> writer.write(room.id(), room.version(), events(some))
                                    .doOnNext(result -> {
                                        some.forEach(this::count);
                                        count(result);
                                        some.forEach(written);
                                    }),
                            1)
                    .then();
        }

        private Mono<Long> seal() {
            return sealPages ? new SealSweep(store).sweep(room.id()) : Mono.empty();
        }

        private void count(EventCheck.Checked checked) {
            checked.refused().forEach(this::refuse);
            unverified += checked.unverified();
            redacted += checked.redacted();
        }

        private void count(WriteResult result) {
            result.refused().forEach((id, why) -> refuse(new EventCheck.Refusal(EventCheck.word(why), id.value())));
            taken += result.taken();
            known += result.known();
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

    private static List<NewEvent> events(List<EventCheck.Checked> batches) {
        return batches.stream().flatMap(batch -> batch.events().stream()).toList();
    }

    /** Works on batches on all cores, and gives the results in the order of the batches. */
    private static <B, T> Flux<T> onAllCores(Flux<B> batches, Function<B, T> work) {
        return batches.flatMapSequential(
                batch -> Mono.fromSupplier(() -> work.apply(batch)).subscribeOn(Schedulers.parallel()),
                Runtime.getRuntime().availableProcessors(),
                1);
    }
}
