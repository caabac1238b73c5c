package dev.headwater.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.history.Edge;
import dev.headwater.history.EventKind;
import dev.headwater.history.PageId;
import dev.headwater.history.Place;
import dev.headwater.history.Redacted;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.history.StateAround;
import dev.headwater.history.StateRoot;
import dev.headwater.history.Visibility;
import dev.headwater.id.EventId;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a side page: those that are read can be written and read again, the others are told apart. */
class PageCodecFuzzTest {
    private static final PageId PAGE = new PageId(-3, 1);

    static Stream<byte[]> pages() {
        Side first = side("$" + "A".repeat(43), 0, List.of());
        Side second = side(
                "$x:a.example",
                100,
                List.of(
                        new Edge.Known(new Place(PAGE, 0)),
                        new Edge.Known(Place.of(7, 2, 31)),
                        new Edge.Unknown(EventId.parse("$" + "/".repeat(43))),
                        new Edge.Severed(EventId.parse("$é"))));
        return Stream.of(List.<Side>of(), List.of(first), List.of(first, second), List.of(second, first))
                .map(sides -> PageCodec.encode(new SidePage(PAGE, sides, sides.size() == 2)));
    }

    private static Side side(String id, int bodyOffset, List<Edge> parents) {
        return new Side(
                EventId.parse(id),
                -90,
                1_700_000_000_000L,
                EventKind.MEMBERSHIP,
                Visibility.PERHAPS_JOINED,
                new StateAround(StateRoot.EMPTY, StateRoot.at(5, 1), true),
                true,
                Redacted.FOR_GOOD,
                true,
                parents,
                bodyOffset,
                70);
    }

    @MethodSource("pages")
    @FuzzTest
    void readsWhatItWritesOrRefuses(byte[] bytes) {
        SidePage page;
        try {
            page = PageCodec.decode(PAGE, bytes);
        } catch (UnreadableRecordException e) {
            assertThat(e).hasMessageContaining("at byte");
            return;
        }
        byte[] written = PageCodec.encode(page);
        assertThat(PageCodec.decode(PAGE, written)).isEqualTo(page);
        assertThat(PageCodec.encode(PageCodec.decode(PAGE, written))).isEqualTo(written);
        assertThat(page.sides())
                .allMatch(side ->
                        side.bodyOffset() >= 0 && side.bodyLength() >= 0 && side.bodyOffset() + side.bodyLength() >= 0);
    }
}
