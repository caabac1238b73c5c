package dev.headwater.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PageCodecTest {
    private static final long SEED = Long.getLong("seed", 20261122);

    @Test
    void writesAPageAsTheSchemaSays() {
        EventId hash = EventId.parse("$" + "A".repeat(42) + "E");
        var page = new SidePage(
                new PageId(2, 1),
                List.of(
                        new Side(
                                hash,
                                65,
                                5,
                                EventKind.CREATE,
                                Visibility.OPEN,
                                new StateAround(StateRoot.EMPTY, StateRoot.at(1, 2), true),
                                false,
                                Redacted.FOR_GOOD,
                                true,
                                List.of(),
                                0,
                                300),
                        new Side(
                                EventId.parse("$a:b"),
                                66,
                                4,
                                EventKind.SERVER_ACL,
                                Visibility.PERHAPS_JOINED,
                                new StateAround(StateRoot.at(1, 2), StateRoot.at(1, 2), false),
                                true,
                                Redacted.ASKED,
                                false,
                                List.of(
                                        new Edge.Known(Place.of(2, 1, 0)),
                                        new Edge.Known(Place.of(1, 0, 31)),
                                        new Edge.Unknown(EventId.parse("$u")),
                                        new Edge.Severed(EventId.parse("$s"))),
                                400,
                                7)),
                true);
        assertThat(HexFormat.of().formatHex(PageCodec.encode(page)))
                .isEqualTo("03" + "01" + "02"
                        + "a1" + "e9" + "02" + "828008" + "00" + "00".repeat(31) + "01" + "02" + "0a" + "ac02" + "00"
                        + "75" + "15" + "02" + "04" + "24613a62" + "04" + "01" + "07" + "9003" + "04"
                        + "00" + "01" + "01" + "00" + "1f" + "02" + "02022475" + "03" + "02022473");
        assertThat(PageCodec.decode(page.id(), PageCodec.encode(page))).isEqualTo(page);
    }

    @Test
    void readsBackAnyPage() {
        var random = new Random(SEED);
        for (int i = 0; i < 5_000; i++) {
            SidePage page = page(random);
            assertThat(PageCodec.decode(page.id(), PageCodec.encode(page)))
                    .as("seed %d, page %d", SEED, i)
                    .isEqualTo(page);
        }
    }

    @Test
    void refusesWhateverIsCutShortOrLongerAndSurvivesAnyBytes() {
        var random = new Random(SEED);
        for (int i = 0; i < 300; i++) {
            SidePage page = page(random);
            byte[] whole = PageCodec.encode(page);
            byte[] cut = Arrays.copyOf(whole, random.nextInt(whole.length));
            byte[] longer = Arrays.copyOf(whole, whole.length + 1);
            assertThatThrownBy(() -> PageCodec.decode(page.id(), cut)).isInstanceOf(UnreadableRecordException.class);
            assertThatThrownBy(() -> PageCodec.decode(page.id(), longer)).isInstanceOf(UnreadableRecordException.class);
            for (int flip = 0; flip < 50; flip++) {
                byte[] broken = whole.clone();
                broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
                try {
                    PageCodec.decode(page.id(), broken);
                } catch (UnreadableRecordException e) {
                    assertThat(e).hasMessageContaining("at byte");
                }
            }
        }
    }

    @Test
    void needsFewBytesForAnOrdinaryEvent() {
        var room = new LinearRoom("weighed");
        room.published(room.next(1));
        SidePage page = room.next(1).publication().pages().get(0);
        assertThat(PageCodec.encode(page).length / page.sides().size()).isLessThan(45);
    }

    private static SidePage page(Random random) {
        PageId id =
                new PageId(random.nextInt(4) == 0 ? random.nextLong() >> 5 : random.nextInt(1000), random.nextInt(3));
        List<Side> sides = new ArrayList<>();
        for (int slot = random.nextInt(PageId.MAX_EVENTS + 1); slot > 0; slot--) {
            List<Edge> parents = new ArrayList<>();
            for (int p = random.nextInt(random.nextInt(20) == 0 ? 200 : 3); p > 0; p--) {
                parents.add(
                        switch (random.nextInt(4)) {
                            case 0 -> new Edge.Known(new Place(id, random.nextInt(32)));
                            case 1 ->
                                new Edge.Known(
                                        Place.of(random.nextLong() >> 5, random.nextInt(1 << 20), random.nextInt(32)));
                            case 2 -> new Edge.Unknown(eventId(random));
                            default -> new Edge.Severed(eventId(random));
                        });
            }
            sides.add(new Side(
                    eventId(random),
                    random.nextBoolean() ? random.nextLong() : id.bucket() * 32 + random.nextInt(32),
                    random.nextBoolean() ? random.nextLong() : 1_700_000_000_000L + random.nextInt(),
                    EventKind.values()[random.nextInt(EventKind.values().length)],
                    Visibility.values()[random.nextInt(Visibility.values().length)],
                    state(random),
                    random.nextBoolean(),
                    Redacted.values()[random.nextInt(3)],
                    random.nextBoolean(),
                    parents,
                    random.nextInt(1 << 17),
                    random.nextInt(1 << 16)));
        }
        return new SidePage(id, sides, random.nextBoolean());
    }

    private static StateAround state(Random random) {
        StateRoot before = root(random);
        return new StateAround(before, random.nextBoolean() ? before : root(random), random.nextBoolean());
    }

    private static StateRoot root(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> StateRoot.UNKNOWN;
            case 1 -> StateRoot.EMPTY;
            case 2 -> StateRoot.at(5, random.nextInt(2));
            default -> new StateRoot(random.nextLong());
        };
    }

    private static EventId eventId(Random random) {
        byte[] hash = new byte[32];
        random.nextBytes(hash);
        return EventId.parse(
                switch (random.nextInt(4)) {
                    case 0 -> "$" + Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
                    case 1 -> "$" + Base64.getEncoder().withoutPadding().encodeToString(hash);
                    // Of a hash's length, but not what base64 of a hash looks like.
                    case 2 -> "$" + "B".repeat(43);
                    default -> "$" + random.nextInt() + "é:example.org";
                });
    }
}
