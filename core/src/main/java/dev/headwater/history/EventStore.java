package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersion;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Keeps the events of rooms in pages: bodies whose place never changes, and beside them small side data that may. A body
 * itself changes once at most, when it is redacted for good, and is shorter then. A page that is {@linkplain SidePage#sealed
 * sealed} takes no further body, and a store keeps it in another form; it is read as it was.
 *
 * <p>A store knows nothing of walks, depths or visibility; {@link BackfillWalk} and {@link RoomWriter} do. Each method but
 * {@link #find} is one round trip to the store at most, starts on subscription, is bounded in what it holds, and on cancellation sends
 * no further command. A store that cannot be reached fails with {@link StoreUnavailableException}.
 */
public interface EventStore {
    /** Pages that one {@link #plan} or {@link #lastPages} is asked for at most. */
    int MAX_PLAN = 64;
    /** Pages that one {@link #window} is asked for at most. */
    int MAX_WINDOW = 16;
    /** Chunks that one {@link #stateChunks} is asked for at most. */
    int MAX_STATE_CHUNKS = 64;
    /** Runs that {@link #pagesByTime} names at most of those that reach over the asked time. */
    int MAX_RUNS_OVER = 1_000;
    /** Pages that one {@link #pagesByTime} or {@link #timeRuns} is asked for at most. */
    int MAX_BY_TIME = 64;

    /**
     * How long after a publication was answered every reader of every process acts by it, at most: a head may be used for
     * half of it, and what was read with that head for the other half.
     */
    Duration HONOURED_AFTER = Duration.ofMillis(500);

    /** Looks up events by ID. Empty if the room is not stored. */
    Mono<Located> locate(RoomId room, Collection<EventId> events);

    /**
     * Looks up an event of any room, in two round trips. Empty if no stored room holds it, or only one that was stored
     * before stores kept track of this.
     */
    Mono<Located> find(EventId event);

    /** Reads side data only; of no page at all: the head alone. Empty if the room is not stored. */
    Mono<Pages> plan(RoomId room, Collection<PageId> pages);

    /** Reads pages with their bodies; the side data is not older than the bodies. Empty if the room is not stored. */
    Mono<Pages> window(RoomId room, Collection<PageId> pages);

    /**
     * As {@link #window(RoomId, Collection)}, for one who has read the room's head: what is answered is not older than that
     * head. A store that has the pages at hand, and knows that they have not changed since, need not read.
     */
    default Mono<Pages> windowSince(RoomHead head, Collection<PageId> pages) {
        return window(head.room(), pages);
    }

    /** Looks up what decides about a server's access. Empty if the room is not stored. */
    Mono<RoomAdmission.OfServer> admission(RoomId room, ServerName server);

    /**
     * Reads chunks of state nodes, which never change once they are there; those that do not exist are absent. Empty if
     * the room is not stored.
     *
     * @param chunks at most {@link #MAX_STATE_CHUNKS}
     */
    Mono<Map<Long, byte[]>> stateChunks(RoomId room, Collection<Long> chunks);

    /**
     * The first round trip of a write: what is stored of the events themselves and of those they name, and which of their
     * senders are redacted.
     */
    Mono<WriteBasis> basis(
            RoomId room, RoomVersion roomVersion, Collection<EventId> events, Collection<UserId> senders);

    /** Reads side data of the last part of each bucket; buckets without a page are absent. Empty if the room is not stored. */
    Mono<Pages> lastPages(RoomId room, Collection<Long> buckets);

    /**
     * Appends event bodies to pages; they stay invisible until a publication refers to them. Repeating it leaves
     * unreferenced bytes behind and does no harm.
     *
     * @return the offset of the first appended byte, by page; a page that is sealed by now is absent, and nothing was
     *     appended to it
     */
    Mono<Map<PageId, Integer>> append(RoomId room, Map<PageId, byte[]> bodies);

    /** Publishes a change. False, with nothing changed, if somebody else has published in between. */
    Mono<Boolean> publish(Publication publication);

    /** Replaces the confirmed current state of a room. */
    Mono<Void> admit(RoomId room, RoomAdmission admission);

    /** The pages of a room from {@code first} on, ascending, the {@code atMost} lowest of them. No page: an empty list. */
    Mono<List<PageId>> pagesFrom(RoomId room, PageId first, int atMost);

    /**
     * Names pages by the times that their events claim (see {@link TimeRun}): those that may hold events of both sides of
     * {@code time}, and of those beyond it in {@code direction} some that are near. If more than {@link #MAX_RUNS_OVER}
     * runs reach over {@code time}, which takes many lies about time, {@link PagesByTime#within} is 0. Empty if the room is
     * not stored.
     *
     * @param time in milliseconds since the epoch, from 0 to {@link TimeRun#LATEST}
     * @param atLeast how many runs beyond {@code time} are named at least, if there are so many; at most {@link #MAX_BY_TIME}
     */
    Mono<PagesByTime> pagesByTime(RoomId room, long time, TimeDirection direction, int atLeast);

    /**
     * The runs of time by which pages are found, in the order of {@link TimeRun#of}; for a check. Pages that have none have an
     * empty list. Empty if the room is not stored.
     *
     * @param pages at most {@link #MAX_BY_TIME}
     */
    Mono<Map<PageId, List<TimeRun>>> timeRuns(RoomId room, Collection<PageId> pages);

    /**
     * The confirmed current state of a room in full; for a check, since it may be large. Empty if the room is not stored.
     */
    Mono<RoomAdmission> wholeAdmission(RoomId room);

    /** Counts what the room's index, gaps, marks and runs of time hold; for a check, since it takes time. Empty if the room is not stored. */
    Mono<Tally> tally(RoomId room);

    /** All rooms, in no order. */
    Flux<RoomId> rooms();
}
