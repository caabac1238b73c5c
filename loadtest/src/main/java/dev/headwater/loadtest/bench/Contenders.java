package dev.headwater.loadtest.bench;

import dev.headwater.id.EventId;
import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.testing.RedisServer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Walks against what they could be: as many bytes ready-made, with and without a signature check, and a GET an event. */
final class Contenders implements Row {
    private static final List<String> ALL = List.of(
            Measured.BARE, Measured.SIGNED, Measured.WARM, Measured.COLD, Measured.COLD_SEALED, Measured.EVENT_PER_GET);
    /** Samples among which the ready answer is the one of the middle size. */
    private static final int LOOKED_AT = 31;

    @Override
    public Section run(Settings settings) throws Exception {
        List<String> names = ALL.stream().filter(settings::takesPart).toList();
        try (RedisServer redis = RedisServer.started("--appendonly", "no");
                EventPerGet perKey = new EventPerGet(redis.uri())) {
            RoomShape shape = RoomShape.ordinary(settings.seed(), settings.events());
            FilledRoom room = FilledRoom.fill(redis.uri(), shape, 1, settings.limit(), perKey);
            FilledRoom sealed = FilledRoom.fill(redis.uri(), shape.withNumber(1), 1, settings.limit(), null)
                    .seal(redis.uri());
            EventId ready = middle(room, perKey, settings.limit());
            List<byte[]> requests = Measured.requests(room, 1, settings.limit());
            List<byte[]> toSealed = Measured.requests(sealed, 1, settings.limit());
            try (Measured measured =
                            Measured.start(redis.uri(), room.shape(), ready, settings.limit(), heap(settings));
                    Alternation turns =
                            new Alternation(measured.cpu(), new ProcessCpu(redis.process()), settings.connections())) {
                List<Contender> contenders = names.stream()
                        .map(name -> name.equals(Measured.COLD_SEALED)
                                ? measured.contender(name, Measured.COLD, toSealed)
                                : measured.contender(name, name, requests))
                        .toList();
                turns.warmUp(contenders, settings.warmUp());
                turns.run(contenders, settings.rounds(), settings.turn());
                return section(settings, contenders);
            }
        }
    }

    private static List<String> heap(Settings settings) {
        List<String> options = new ArrayList<>(List.of("-Xms1g", "-Xmx1g"));
        options.addAll(settings.serverOptions());
        return options;
    }

    private static EventId middle(FilledRoom room, EventPerGet perKey, int limit) {
        Map<EventId, Integer> sizes = room.samples().stream()
                .limit(LOOKED_AT)
                .map(sample -> sample.get(0))
                .distinct()
                .collect(Collectors.toMap(
                        from -> from,
                        from -> Objects.requireNonNull(
                                        perKey.walk(from.value(), limit).block())
                                .stream()
                                .mapToInt(body -> body.length)
                                .sum()));
        return sizes.entrySet().stream()
                .sorted(Comparator.comparingInt(Map.Entry<EventId, Integer>::getValue)
                        .thenComparing(Map.Entry::getKey))
                .skip(sizes.size() / 2)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    private static Section section(Settings settings, List<Contender> contenders) {
        Table table = new Table(
                "", "requests/s", "server µs a request", "Redis µs a request", "KB a body", "p50 ms", "p99 ms");
        Chart chart = new Chart("Requests a second, each of " + settings.limit() + " events");
        for (Contender contender : contenders) {
            table.row(
                    contender.name,
                    contender.of(Contender.Turn::perSecond).shown(),
                    contender.of(Contender.Turn::serverCpu).shown(),
                    contender.of(Contender.Turn::redisCpu).shown(),
                    decimal(contender.of(Contender.Turn::bodyBytes).median() / 1000),
                    decimal(contender.of(Contender.Turn::p50Micros).median() / 1000),
                    decimal(contender.of(Contender.Turn::p99Micros).median() / 1000));
            chart.bar(contender.name, contender.of(Contender.Turn::perSecond));
        }
        Map<String, Contender> named =
                contenders.stream().collect(Collectors.toMap(contender -> contender.name, contender -> contender));
        List<Ratio> ratios = new ArrayList<>();
        add(ratios, named, "signed-vs-bare", Measured.SIGNED, Measured.BARE, Double.NaN);
        add(ratios, named, "warm-vs-signed", Measured.WARM, Measured.SIGNED, 0.75);
        add(ratios, named, "warm-vs-bare", Measured.WARM, Measured.BARE, 0.35);
        add(ratios, named, "cold-vs-bare", Measured.COLD, Measured.BARE, 0.15);
        add(ratios, named, "cold-sealed-vs-bare", Measured.COLD_SEALED, Measured.BARE, 0.10);
        add(ratios, named, "cold-vs-get-per-event", Measured.COLD, Measured.EVENT_PER_GET, 5);
        return new Section(
                "contenders",
                "%d events in the room, %d a request, %d connections, %d turns of %d s."
                        .formatted(
                                settings.events(),
                                settings.limit(),
                                settings.connections(),
                                settings.rounds(),
                                settings.turn().toSeconds()),
                table,
                ratios,
                chart);
    }

    private static void add(
            List<Ratio> ratios, Map<String, Contender> named, String name, String of, String to, double least) {
        Contender above = named.get(of);
        Contender below = named.get(to);
        if (above != null && below != null) {
            Spread spread = above.against(below, Contender.Turn::perSecond);
            ratios.add(Double.isNaN(least) ? Ratio.of(name, spread) : Ratio.atLeast(name, spread, least));
        }
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
