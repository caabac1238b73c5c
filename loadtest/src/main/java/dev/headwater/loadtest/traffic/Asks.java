package dev.headwater.loadtest.traffic;

import dev.headwater.gateway.auth.RequestSigner;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.id.ServerName;
import dev.headwater.sign.Ed25519;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** Picks what is asked next, as many servers with a few busy rooms and many quiet ones would. */
final class Asks {
    /** How often an answer of so many events is asked for: homeservers ask for 100. */
    private static final int[] LIMITS = {100, 100, 100, 100, 100, 100, 100, 50, 20, 10};
    /** From how many events a walk starts: homeservers name one to five, some all they have. */
    private static final int[] STARTS = {1, 1, 1, 1, 1, 2, 3, 5, 5, 20};

    private final Traffic traffic;
    private final Zipf popularity;
    private final List<RequestSigner> signers = new ArrayList<>();

    Asks(Traffic traffic, double skew) {
        this.traffic = traffic;
        this.popularity = new Zipf(traffic.rooms().size(), skew);
        Ed25519 scheme = SignatureProvider.fastest();
        traffic.askers().forEach((server, key) -> signers.add(new RequestSigner(server, key, scheme)));
    }

    /** A walk of the size that homeservers ask for, somewhere in a room. */
    Ask backfill(Random random) {
        Traffic.Room room = traffic.rooms().get(popularity.next(random));
        List<String> from = random.ints(
                        STARTS[random.nextInt(STARTS.length)], 0, room.events().size())
                .mapToObj(room.events()::get)
                .distinct()
                .toList();
        return backfill(random, room, from, LIMITS[random.nextInt(LIMITS.length)]);
    }

    /** The first walk of a server that has just joined the largest room. */
    Ask join(Random random) {
        Traffic.Room room = traffic.rooms().get(0);
        return backfill(random, room, List.of(room.newest()), 100);
    }

    /** The next walk of a server that has read so far and names the parents of the oldest event it was given. */
    Ask further(Random random, List<String> parents) {
        return backfill(random, traffic.rooms().get(0), parents, 100);
    }

    private Ask backfill(Random random, Traffic.Room room, List<String> from, int limit) {
        String starts = from.stream().map(event -> "v=" + encoded(event) + "&").collect(Collectors.joining());
        String path = "/_matrix/federation/v1/backfill/" + encoded(room.id().value());
        return get(random, "backfill " + limit, path + "?" + starts + "limit=" + limit);
    }

    private Ask get(Random random, String name, String target) {
        RequestSigner signer = signers.get(random.nextInt(signers.size()));
        ServerName destination = traffic.destination();
        return new Ask(name, target, signer.authorization(destination, "GET", target));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
