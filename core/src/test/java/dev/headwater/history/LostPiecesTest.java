package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** A walk over a store of which something is lost or wrong ends, and says so. */
final class LostPiecesTest {
    private static final String LAST_OF_BUCKET_3 = "e126";
    private static final String LOST = "the store has lost what should be at " + Place.of(3, 0, 31);

    private final RoomBuilder room = new RoomBuilder("!lost:a.test").chain("e", 200);
    private final MemoryEventStore memory = new MemoryEventStore();

    private long walkFails(String message, UnaryOperator<Page> spoil) {
        Awaited.value(new RoomWriter(memory).write(room.room(), RoomBuilder.VERSION, room.events()));
        CountingStore spoilt = new CountingStore(memory) {
            @Override
            public Mono<Pages> window(RoomId asked, Collection<PageId> pages) {
                return super.window(asked, pages).map(this::spoilt);
            }

            @Override
            public Mono<Pages> plan(RoomId asked, Collection<PageId> pages) {
                return super.plan(asked, pages).map(this::spoilt);
            }

            private Pages spoilt(Pages read) {
                Map<PageId, Page> all = new HashMap<>();
                read.pages().forEach((id, page) -> all.put(id, id.bucket() == 3 ? spoil.apply(page) : page));
                return new Pages(read.head(), all);
            }
        };
        StepVerifier.create(new BackfillWalk(spoilt)
                        .walk(room.room(), List.of(RoomBuilder.id(LAST_OF_BUCKET_3)), 200, side -> Sight.SHOWN))
                .thenConsumeWhile(event -> true)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(message));
        return spoilt.reads();
    }

    @Test
    void failsWhereABodyIsMissing() {
        assertThat(walkFails(LOST, page -> new Page(page.side(), new byte[0]))).isLessThan(40);
    }

    @Test
    void failsWhereSideDataIsMissing() {
        assertThat(walkFails(
                        "places beyond the end of page",
                        page -> new Page(
                                SidePage.open(
                                        page.side().id(), page.side().sides().subList(0, 3)),
                                page.bodies())))
                .isLessThan(40);
    }

    @Test
    void failsWhereAnEventStandsBelowItsPage() {
        assertThat(walkFails(LOST, page -> {
                    List<Side> sides = new ArrayList<>(page.side().sides());
                    sides.set(31, sides.get(31).withCorrectedDepth(0));
                    return new Page(SidePage.open(page.side().id(), sides), page.bodies());
                }))
                .isLessThan(40);
    }
}
