package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.PinnedKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoomImportTest {
    private final MemoryEventStore store = new MemoryEventStore();
    private final List<String> room = Dumps.lines();

    @TempDir
    private Path directory;

    @Test
    void takesEveryEventOfARealRoom() {
        ImportReport report = Dumps.load(store, Dumps.file(directory, room));

        assertThat(report.room()).isEqualTo(Dumps.ROOM);
        assertThat(report.roomVersion()).isEqualTo(RoomVersion.V12);
        assertThat(report.taken()).isEqualTo(room.size());
        assertThat(report.known()).isZero();
        assertThat(report.unverified()).isZero();
        assertThat(report.redacted()).isZero();
        assertThat(report.refused()).isEmpty();
    }

    @Test
    void knowsThemWhenRepeated() {
        Path file = Dumps.file(directory, room);
        Dumps.load(store, file);

        ImportReport again = Dumps.load(store, file);

        assertThat(again.taken()).isZero();
        assertThat(again.known()).isEqualTo(room.size());
    }

    @Test
    void goesOnWhereItBrokeOff() {
        Dumps.load(store, Dumps.file(directory, room.subList(0, 100)));

        ImportReport rest = Dumps.load(store, Dumps.file(directory, room));

        assertThat(rest.taken()).isEqualTo(room.size() - 100);
        assertThat(rest.known()).isEqualTo(100);
    }

    @Test
    void takesLinesInAnyOrderWithBlanksAroundThem() {
        List<String> shuffled = new ArrayList<>(room);
        Collections.shuffle(shuffled, new Random(4));
        shuffled.replaceAll(line -> " \t" + line + "\r");
        shuffled.add("");

        ImportReport report = Dumps.load(store, Dumps.file(directory, shuffled));

        assertThat(report.taken()).isEqualTo(room.size());
        assertThat(report.refused()).isEmpty();
    }

    @Test
    void onlyEventsThatComeBeforeAParentWaitForTheEndOfTheFile() {
        List<String> swapped = new ArrayList<>(room);
        Collections.swap(swapped, room.size() - 2, room.size() - 1);

        assertThat(waited(room)).isZero();
        assertThat(waited(swapped)).isEqualTo(1);
    }

    /** How many events of a dump were not written as they came. */
    private long waited(List<String> lines) {
        AtomicLong waited = new AtomicLong();
        RoomImport.Watcher watcher = new RoomImport.Watcher() {
            @Override
            public void reading(long bytes, long of) {}

            @Override
            public void writing(long events, long of) {
                waited.set(of);
            }
        };
        MemoryEventStore empty = new MemoryEventStore();
        ImportReport report =
                Objects.requireNonNull(new RoomImport(empty, Dumps.keys(), SignatureProvider.fastest(), false, true)
                        .run(Dumps.file(directory, lines), null, watcher)
                        .block(Duration.ofSeconds(60)));
        assertThat(report.taken()).isEqualTo(lines.size());
        return waited.get();
    }

    @Test
    void refusesWhatIsWrongAndTakesTheRest() {
        List<String> odd = new ArrayList<>(room);
        int message = lastMessage();
        String line = odd.get(message);
        odd.set(message, line.replaceFirst("\"origin_server_ts\":\\d+", "\"origin_server_ts\":1"));
        odd.add("{\"type\":");
        odd.add(line.replaceFirst("\"depth\":\\d+", "\"depth\":-1"));
        odd.add("x".repeat(DumpLines.MAX_LINE + 1));

        ImportReport report = Dumps.load(store, Dumps.file(directory, odd));

        assertThat(report.taken()).isEqualTo(room.size() - 1);
        assertThat(report.refused())
                .containsOnlyKeys("signature-wrong", "bad-json", "bad-depth", "line-too-long")
                .allSatisfy((reason, refused) -> assertThat(refused.count()).isEqualTo(1));
        assertThat(report.refusedInAll()).isEqualTo(4);
        assertThat(report.refused().get("bad-depth"))
                .satisfies(
                        refused -> assertThat(refused.example()).contains("-1").contains("expected"));
    }

    @Test
    void keepsTheRedactedCopyWhereTheContentDiffers() {
        List<String> odd = new ArrayList<>(room);
        int message = lastMessage();
        odd.set(message, odd.get(message).replaceFirst("\"body\":\"", "\"body\":\"never said: "));

        ImportReport report = Dumps.load(store, Dumps.file(directory, odd));

        assertThat(report.taken()).isEqualTo(room.size());
        assertThat(report.redacted()).isEqualTo(1);
        assertThat(String.join("", Dumps.export(store, Dumps.ROOM))).doesNotContain("never said");
    }

    @Test
    void refusesEventsWhoseKeyIsNotKnownUnlessTrusted() {
        Path file = Dumps.file(directory, room);

        ImportReport strict = Dumps.load(store, file, PinnedKeys.none(), null, false);
        ImportReport trusting = Dumps.load(store, file, PinnedKeys.none(), null, true);

        assertThat(strict.taken()).isZero();
        assertThat(strict.refused()).containsOnlyKeys("key-not-known");
        assertThat(strict.refusedInAll()).isEqualTo(room.size());
        assertThat(trusting.taken()).isEqualTo(room.size());
        assertThat(trusting.unverified()).isEqualTo(room.size());
    }

    @Test
    void asksForTheVersionWhereNothingTellsIt() {
        Path file = Dumps.file(directory, room.subList(1, 20));

        assertThatThrownBy(() -> Dumps.load(store, file))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("holds no create event; expected one, or --room-version");
        assertThat(Dumps.load(store, file, Dumps.keys(), RoomVersion.V12, false).taken())
                .isEqualTo(19);
        assertThat(Dumps.load(store, file).known()).isEqualTo(19);
    }

    @Test
    void saysWhichFileIsOfNoUse() {
        assertThatThrownBy(() -> Dumps.load(store, directory.resolve("absent")))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("absent' does not exist; expected a room dump");
        assertThatThrownBy(() -> Dumps.load(store, Dumps.file(directory, List.of("", "[]"))))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("holds no event");
        assertThatThrownBy(() -> Dumps.load(
                        store, Dumps.file(directory, List.of(room.get(0).replace("\"12\"", "\"org.example\"")))))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("room version 'org.example'");
    }

    private int lastMessage() {
        int last = room.size() - 1;
        while (!room.get(last).contains("\"m.text\"")) {
            last--;
        }
        return last;
    }
}
