package dev.headwater.redis;

import dev.headwater.history.BodyChange;
import dev.headwater.history.Mark;
import dev.headwater.history.PageId;
import dev.headwater.history.Place;
import dev.headwater.history.Publication;
import dev.headwater.history.RoomHead;
import dev.headwater.history.SidePage;
import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;

/**
 * Publishes changes of rooms, each by one script: all of it or nothing.
 *
 * <p>Whether a publication counts that was under way when the connection broke is not known, and Lettuce may send one
 * twice. So each has a token, by which the script knows that it has run before.
 */
final class RoomPublisher {
    /** Tokens that a room keeps: a repeated publication is known until so many others have followed. */
    static final int TOKENS = 16;

    private static final int TOKEN_BYTES = 8;

    private static final byte[] NOTHING = {};

    private final RedisLink link;
    private final SealedBodies sealed;

    RoomPublisher(RedisLink link, SealedBodies sealed) {
        this.link = link;
        this.sealed = sealed;
    }

    Mono<Boolean> publish(Publication publication) {
        return Mono.defer(() -> publish(publication, ThreadLocalRandom.current().nextLong()));
    }

    Mono<Boolean> publish(Publication publication, long token) {
        RoomHead head = publication.head();
        var keys = new RedisKeys(head.room());
        List<byte[]> names = new ArrayList<>(
                List.of(keys.head(), keys.tokens(), keys.pages(), keys.gaps(), keys.marks(), keys.times()));
        List<byte[]> runs = new ArrayList<>();
        List<byte[]> goneRuns = new ArrayList<>();
        grown(publication)
                .forEach(page -> TimeIndex.write(
                        page,
                        (run, score) -> {
                            runs.add(score);
                            runs.add(run);
                        },
                        goneRuns::add));
        List<byte[]> arguments = new ArrayList<>(List.of(
                u64(head.version() - 1),
                RoomCodec.encodeHead(head),
                number(head.version() % TOKENS * TOKEN_BYTES),
                u64(token),
                keys.indexPrefix(),
                number(publication.places().size()),
                number(publication.gaps().size()),
                number(publication.closedGaps().size()),
                number(publication.marks().size()),
                number(publication.redactedSenders().size()),
                number(publication.bodies().size()),
                number(publication.stateChunks().size()),
                number(runs.size() / 2),
                number(goneRuns.size()),
                number(publication.sealedBodies().size())));
        publication.stateChunks().forEach((number, nodes) -> {
            names.add(keys.stateChunk(number));
            arguments.add(nodes);
        });
        for (SidePage page : publication.pages()) {
            names.add(keys.side(page.id()));
            arguments.add(RedisKeys.member(page.id()));
            arguments.add(PageCodec.encode(page));
        }
        publication.places().forEach((event, place) -> {
            arguments.add(RedisKeys.field(event));
            arguments.add(RoomCodec.encodePlace(place));
        });
        publication.gaps().forEach((event, gap) -> {
            arguments.add(RedisKeys.field(event));
            arguments.add(RoomCodec.encodeGap(gap));
        });
        publication.closedGaps().forEach(event -> arguments.add(RedisKeys.field(event)));
        publication.marks().forEach((event, mark) -> {
            arguments.add(RedisKeys.field(event));
            arguments.add(mark.equals(Mark.NONE) ? NOTHING : RoomCodec.encodeMark(mark));
        });
        publication.redactedSenders().forEach(user -> arguments.add(RedisKeys.field(new EventId(user.value()))));
        arguments.addAll(runs);
        arguments.addAll(goneRuns);
        for (BodyChange change : publication.bodies()) {
            names.add(keys.bodies(change.page()));
            arguments.add(number(change.offset()));
            arguments.add(change.bytes());
        }
        // A publication brings sixteen of them or so: together some milliseconds, as deriving a batch of events takes.
        publication.sealedBodies().forEach((page, bodies) -> {
            names.add(keys.bodies(page));
            arguments.add(sealed.seal(bodies));
        });
        return link.writing(link.number(RedisScript.PUBLISH, names, arguments).map(published -> published == 1));
    }

    /** The pages that events are added to. All other changes leave the times of a page as they are. */
    private static Stream<SidePage> grown(Publication publication) {
        Set<PageId> places =
                publication.places().values().stream().map(Place::page).collect(Collectors.toSet());
        return publication.pages().stream().filter(page -> places.contains(page.id()));
    }

    private static byte[] u64(long value) {
        return new RecordWriter(8).u64(value).toBytes();
    }

    private static byte[] number(long value) {
        return PageListRange.decimal(value);
    }
}
