package dev.headwater.loadtest.bench;

import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.testing.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Walks against other walks: over rooms of other sizes, from more starting points, for more events. */
final class Walks {
    /** Starting points that are tried. */
    private static final List<Integer> STARTS = List.of(1, 5, 20, 50);

    private static final int MOST_STARTS = 50;
    private static final int LIMITS_ROOM_FACTOR = 2;
    private static final List<String> MEMORY = List.of("-Xms1g", "-Xmx1g");

    private Walks() {}

    /** The same requests over rooms of growing size; the p50 of one request at a time. */
    static Section growth(Settings settings) throws Exception {
        Path prepared = settings.store();
        try (RedisServer redis =
                prepared == null ? RedisServer.started("--appendonly", "no") : PreparedStore.open(prepared)) {
            List<FilledRoom> rooms = new ArrayList<>();
            for (int size : settings.sizes()) {
                RoomShape shape = RoomShape.ordinary(settings.seed(), size).withNumber(rooms.size() + 1);
                rooms.add(FilledRoom.fill(redis.uri(), shape, 1, settings.limit(), null));
            }
            if (prepared != null) {
                rooms.add(PreparedStore.room(prepared));
            }
            List<Contender> contenders = measure(
                    settings,
                    redis,
                    rooms.get(0),
                    1,
                    measured -> rooms.stream()
                            .flatMap(room -> List.of(Measured.COLD, Measured.WARM).stream()
                                    .map(way -> measured.contender(
                                            way + " " + room.shape().events(),
                                            way,
                                            Measured.requests(room, 1, settings.limit()))))
                            .toList());
            int last = contenders.size() - 2;
            return section(
                    "growth",
                    "%d events a request, one request at a time, every page from Redis or from the process's own cache."
                            .formatted(settings.limit()),
                    contenders,
                    List.of(
                            Ratio.atMost("growth-cold-p50", p50(contenders.get(last), contenders.get(0)), 1.3),
                            Ratio.of("growth-warm-p50", p50(contenders.get(last + 1), contenders.get(1)))));
        }
    }

    /** The same number of events from 1 to 50 branches of a room. */
    static Section starts(Settings settings) throws Exception {
        try (RedisServer redis = RedisServer.started("--appendonly", "no")) {
            RoomShape shape =
                    RoomShape.ordinary(settings.seed(), settings.events()).withBranches(MOST_STARTS);
            FilledRoom room = FilledRoom.fill(redis.uri(), shape, MOST_STARTS, settings.limit() * MOST_STARTS, null);
            List<Contender> contenders = measure(
                    settings,
                    redis,
                    room,
                    settings.connections(),
                    measured -> STARTS.stream()
                            .flatMap(starts -> List.of(Measured.COLD, Measured.WARM).stream()
                                    .map(way -> measured.contender(
                                            way + " from " + starts,
                                            way,
                                            Measured.requests(room, starts, settings.limit()))))
                            .toList());
            return section(
                    "starts",
                    "%d events a request, from 1 to 50 branches of a room of 50 branches, %d connections."
                            .formatted(settings.limit(), settings.connections()),
                    contenders,
                    List.of(
                            Ratio.atMost("20-starts-cold", time(contenders.get(4), contenders.get(0)), 1.5),
                            Ratio.atMost("20-starts-warm", time(contenders.get(5), contenders.get(1)), 1.5)));
        }
    }

    /** One event to many. */
    static Section limits(Settings settings) throws Exception {
        try (RedisServer redis = RedisServer.started("--appendonly", "no")) {
            List<Integer> limits = new ArrayList<>();
            for (int limit = 1; limit <= settings.events() / LIMITS_ROOM_FACTOR; limit *= 10) {
                limits.add(limit);
            }
            int most = limits.get(limits.size() - 1);
            FilledRoom room =
                    FilledRoom.fill(redis.uri(), RoomShape.ordinary(settings.seed(), settings.events()), 1, most, null);
            List<Contender> contenders = measure(
                    settings,
                    redis,
                    room,
                    1,
                    measured -> limits.stream()
                            .flatMap(limit -> List.of(Measured.COLD, Measured.WARM).stream()
                                    .map(way -> measured.contender(
                                            way + " limit " + limit, way, Measured.requests(room, 1, limit))))
                            .toList());
            Contender hundred = contenders.get(4);
            Contender largest = contenders.get(contenders.size() - 2);
            double factor = most / 100.0;
            return section(
                    "limits",
                    "%d events in the room, one request at a time.".formatted(settings.events()),
                    contenders,
                    List.of(Ratio.of(
                            "cold-time-an-event-" + most + "-vs-100",
                            time(largest, hundred).map(ratio -> ratio / factor))));
        }
    }

    private static List<Contender> measure(
            Settings settings,
            RedisServer redis,
            FilledRoom room,
            int connections,
            Function<Measured, List<Contender>> contenders)
            throws Exception {
        List<String> options = new ArrayList<>(MEMORY);
        options.addAll(settings.serverOptions());
        try (Measured measured = Measured.start(redis.uri(), room.shape(), room.newest(), settings.limit(), options);
                Alternation turns = new Alternation(measured.cpu(), new ProcessCpu(redis.process()), connections)) {
            List<Contender> all = contenders.apply(measured);
            turns.warmUp(all, settings.warmUp());
            turns.run(all, settings.rounds(), settings.turn());
            return all;
        }
    }

    private static Spread p50(Contender of, Contender to) {
        return of.against(to, Contender.Turn::p50Micros);
    }

    private static Spread time(Contender of, Contender to) {
        return of.against(to, turn -> 1 / turn.perSecond());
    }

    private static Section section(String name, String setting, List<Contender> contenders, List<Ratio> ratios) {
        Table table = new Table("", "requests/s", "server µs a request", "Redis µs a request", "p50 µs", "p99 µs");
        Chart chart = new Chart("p50 of a request, µs");
        List<ToDoubleFunction<Contender.Turn>> columns = List.of(
                Contender.Turn::perSecond,
                Contender.Turn::serverCpu,
                Contender.Turn::redisCpu,
                Contender.Turn::p50Micros,
                Contender.Turn::p99Micros);
        for (Contender contender : contenders) {
            List<String> cells = new ArrayList<>(List.of(contender.name));
            columns.forEach(column -> cells.add(contender.of(column).shown()));
            table.row(cells.toArray(String[]::new));
            chart.bar(contender.name, contender.of(Contender.Turn::p50Micros));
        }
        return new Section(name, setting, table, ratios, chart);
    }
}
