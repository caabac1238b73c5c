package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.recorded.RecordedRoom;
import dev.headwater.recorded.RecordedRooms;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.redis.RedisOptions;
import dev.headwater.redis.testing.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded room through a real Redis and out of it, twice. */
class RecordedTransferIT {
    @SuppressWarnings("NullAway.Init")
    private static RedisServer server;

    @SuppressWarnings("NullAway.Init")
    private static RedisEventStore first;

    @SuppressWarnings("NullAway.Init")
    private static RedisEventStore second;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @BeforeAll
    static void start() {
        server = RedisServer.started();
        first = connect(0);
        second = connect(1);
    }

    @AfterAll
    static void stop() {
        first.close().block();
        second.close().block();
        server.close();
    }

    private static RedisEventStore connect(int database) {
        return Objects.requireNonNull(RedisEventStore.connect(
                        RedisOptions.of(server.uri() + "/" + database).withReadTimeout(Duration.ofSeconds(20)))
                .block());
    }

    static List<RecordedRoom> rooms() {
        return RecordedRooms.all();
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void comesOutAsItWentInHoweverOftenItTravels(RecordedRoom room) {
        ImportReport imported = load(first, room.lines());
        assertThat(imported.room()).isEqualTo(room.id());
        assertThat(imported.taken()).isEqualTo(room.lines().size());
        assertThat(imported.refused()).isEmpty();
        assertThat(imported.redacted()).isZero();
        assertThat(imported.unverified()).isZero();

        List<String> once = Dumps.export(first, room.id());
        assertThat(once).isEqualTo(room.lines());
        assertThat(load(second, once).taken()).isEqualTo(once.size());
        assertThat(Dumps.export(second, room.id())).isEqualTo(once);
        assertThat(Dumps.verify(second, room.id()).differences()).isZero();
        assertThat(load(second, once).known()).isEqualTo(once.size());
        assertThat(Dumps.export(second, room.id())).isEqualTo(once);
    }

    private ImportReport load(RedisEventStore store, List<String> lines) {
        return Dumps.load(store, Dumps.file(directory, lines), RecordedRooms.keys(), null, false);
    }
}
