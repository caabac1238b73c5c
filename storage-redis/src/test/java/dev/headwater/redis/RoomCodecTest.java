package dev.headwater.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.history.Gap;
import dev.headwater.history.Mark;
import dev.headwater.history.Place;
import dev.headwater.history.RoomHead;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoomCodecTest {
    private static final RoomHead HEAD = new RoomHead(
            RoomId.parse("!r:é.example"), RoomVersion.V12, 258, 3, true, -2, false, -3, true, -4, 4, 300, 1L << 40);

    /** A head as the publishing script stores it. */
    static byte[] stored(RoomHead head, int entries) {
        return new RecordWriter(64)
                .u8(5)
                .u32(entries)
                .raw(RoomCodec.encodeHead(head))
                .toBytes();
    }

    @Test
    void writesAHeadAsTheSchemaSays() {
        assertThat(HexFormat.of().formatHex(stored(HEAD, 129)))
                .isEqualTo("05" + "00000081" + "0000000000000102" + "0d" + "21723ac3a92e6578616d706c65" + "0c" + "05"
                        + "03" + "03" + "05" + "07" + "04" + "ac02" + "808080808020");
    }

    @Test
    void readsBackAHead() {
        var read = RoomCodec.decodeHead(stored(HEAD, 129));
        assertThat(read.head()).isEqualTo(HEAD);
        assertThat(read.entries()).isEqualTo(129);
        var empty = RoomHead.empty(HEAD.room(), RoomVersion.V1);
        assertThat(RoomCodec.decodeHead(stored(empty, -1)).head()).isEqualTo(empty);
        assertThat(RoomCodec.decodeHead(stored(empty, -1)).entries()).isEqualTo(0xffffffffL);
    }

    @Test
    void readsBackPlacesAndGaps() {
        for (Place place : List.of(Place.of(0, 0, 0), Place.of(-1, 3, 31), Place.of(1L << 58, 70_000, 31))) {
            assertThat(RoomCodec.decodePlace(RoomCodec.encodePlace(place))).isEqualTo(place);
        }
        Gap gap = new Gap(Long.MIN_VALUE, Collections.nCopies(Gap.MAX_CHILDREN, Place.of(9, 1, 2)), true);
        assertThat(RoomCodec.decodeGap(RoomCodec.encodeGap(gap))).isEqualTo(gap);
        for (Mark mark : List.of(new Mark(1, Long.MIN_VALUE), new Mark(Long.MAX_VALUE, 5))) {
            assertThat(RoomCodec.decodeMark(RoomCodec.encodeMark(mark))).isEqualTo(mark);
        }
        assertThat(RoomCodec.decodeAcls(RoomCodec.encodeAcls(List.of("{}", "{\"é\":1}"))))
                .containsExactly("{}", "{\"é\":1}");
    }

    @Test
    void refusesEveryHeadCutShort() {
        byte[] whole = stored(HEAD, 1);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> RoomCodec.decodeHead(cut)).isInstanceOf(UnreadableRecordException.class);
        }
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        byte[] acls = RoomCodec.encodeAcls(List.of("a\uFFFDb"));
        assertThat(RoomCodec.decodeAcls(acls)).containsExactly("a\uFFFDb");
        acls[acls.length - 2] = 'x';
        assertThatThrownBy(() -> RoomCodec.decodeAcls(acls))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void findsTheShardThatTheScriptsFind() {
        // 64 entries a shard; the number of shards grows by one, and shard n takes from shard n - 2^k.
        byte[] field = RedisKeys.field(EventId.parse("$x"));
        assertThat(RedisKeys.shard(field, 0)).isZero();
        assertThat(RedisKeys.shard(field, 63)).isZero();
        for (long entries = 64; entries < 10_000; entries += 64) {
            long shards = 1 + entries / 64;
            long now = RedisKeys.shard(field, entries);
            long before = RedisKeys.shard(field, entries - 64);
            assertThat(now).isLessThan(shards);
            if (now != before) {
                assertThat(now).isEqualTo(shards - 1);
                assertThat(before).isEqualTo(now - Long.highestOneBit(shards - 1));
            }
        }
    }
}
