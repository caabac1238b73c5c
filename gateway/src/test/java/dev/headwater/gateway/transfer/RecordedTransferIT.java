package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.recorded.RecordedRoom;
import dev.headwater.recorded.RecordedRooms;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.redis.RedisOptions;
import dev.headwater.redis.testing.RedisServer;
import dev.headwater.room.Redaction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

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
        assertThat(once).hasSameSizeAs(room.lines());
        long changed = IntStream.range(0, once.size())
                .filter(i -> !once.get(i).equals(room.lines().get(i)))
                .peek(i -> assertThat(once.get(i))
                        .isEqualTo(redacted(room, room.lines().get(i))))
                .count();
        assertThat(Dumps.verify(first, room.id()).redacted()).isEqualTo(changed);
        assertThat(load(second, once).taken()).isEqualTo(once.size());
        assertThat(Dumps.export(second, room.id())).isEqualTo(once);
        assertThat(Dumps.verify(second, room.id()).differences()).isZero();
        assertThat(load(second, once).known()).isEqualTo(once.size());
        assertThat(Dumps.export(second, room.id())).isEqualTo(once);
    }

    private static String redacted(RecordedRoom room, String line) {
        ObjectNode event = StrictJson.object(line.getBytes(StandardCharsets.UTF_8), StrictJson.Numbers.LENIENT);
        return new String(CanonicalJson.encode(Redaction.redact(event, room.version())), StandardCharsets.UTF_8);
    }

    private ImportReport load(RedisEventStore store, List<String> lines) {
        return Dumps.load(store, Dumps.file(directory, lines), RecordedRooms.keys(), null, false);
    }
}
