package dev.headwater.loadtest.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.loadtest.RoomGenerator;
import dev.headwater.sign.SigningKey;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AsksTest {
    private static final ServerName ASKER = ServerName.parse("asker.example");

    @Test
    void whatIsWrittenIsRead(@TempDir Path directory) {
        Traffic traffic = traffic(3);
        traffic.write(directory);
        Traffic read = Traffic.read(directory);
        assertThat(read.rooms()).isEqualTo(traffic.rooms());
        assertThat(read.destination()).isEqualTo(traffic.destination());
        assertThat(read.askers().get(ASKER)).asString().isEqualTo(key().toString());
    }

    @Test
    void oneSeedPicksTheSameRequests() {
        Asks asks = new Asks(traffic(5), 1.1);
        assertThat(asks.backfill(new Random(4))).isEqualTo(asks.backfill(new Random(4)));
        assertThat(asks.backfill(new Random(4)).target()).startsWith("/_matrix/federation/v1/backfill/%21r");
    }

    @Test
    void busyRoomsAreAskedMoreOftenAndQuietOnesToo() {
        Zipf zipf = new Zipf(10, 1);
        Random random = new Random(1);
        int[] drawn = new int[10];
        IntStream.range(0, 20_000).forEach(i -> drawn[zipf.next(random)]++);
        assertThat(drawn[0]).isBetween(drawn[1] * 3 / 2, drawn[1] * 5 / 2);
        assertThat(drawn[9]).isPositive().isLessThan(drawn[0] / 5);
    }

    private static Traffic traffic(int rooms) {
        List<Traffic.Room> made = IntStream.range(0, rooms)
                .mapToObj(i -> new Traffic.Room(
                        RoomId.parse("!r" + i + ":asker.example"), "$newest" + i, List.of("$a" + i, "$b" + i)))
                .toList();
        return new Traffic(ServerName.parse("resident.example"), new LinkedHashMap<>(Map.of(ASKER, key())), made);
    }

    private static SigningKey key() {
        return RoomGenerator.key(1, ASKER);
    }
}
