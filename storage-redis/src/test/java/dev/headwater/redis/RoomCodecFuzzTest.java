package dev.headwater.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.history.Gap;
import dev.headwater.history.Mark;
import dev.headwater.history.Place;
import dev.headwater.history.RoomHead;
import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as each of a room's records: those that are read can be written and read again. */
class RoomCodecFuzzTest {
    static Stream<byte[]> records() {
        byte[] head = RoomCodec.encodeHead(
                new RoomHead(RoomId.parse("!é:a.example"), RoomVersion.V12, 5, 1, true, -4, true, 6, true, 7, 3, 2, 9));
        return Stream.of(
                new RecordWriter(64).u8(4).u32(9).raw(head).toBytes(),
                RoomCodec.encodePlace(Place.of(-1, 2, 31)),
                RoomCodec.encodeGap(new Gap(-5, List.of(Place.of(-1, 0, 3), Place.of(0, 0, 0)), true)),
                RoomCodec.encodeMark(new Mark(3, -70)),
                RoomCodec.encodeAcls(List.of("{\"allow\":[\"*\"]}", "", "é")));
    }

    @MethodSource("records")
    @FuzzTest
    void readsWhatItWritesOrRefuses(byte[] bytes) {
        again(bytes, RoomCodec::decodeHead, RoomCodecFuzzTest::written);
        again(bytes, RoomCodec::decodePlace, RoomCodec::encodePlace);
        again(bytes, RoomCodec::decodeGap, RoomCodec::encodeGap);
        again(bytes, RoomCodec::decodeMark, RoomCodec::encodeMark);
        again(bytes, RoomCodec::decodeAcls, RoomCodec::encodeAcls);
    }

    private static <T> void again(byte[] bytes, Function<byte[], T> decode, Function<T, byte[]> encode) {
        T value;
        try {
            value = decode.apply(bytes);
        } catch (UnreadableRecordException e) {
            assertThat(e).hasMessageContaining("at byte");
            return;
        }
        byte[] written = encode.apply(value);
        assertThat(decode.apply(written)).isEqualTo(value);
        assertThat(Arrays.equals(encode.apply(decode.apply(written)), written)).isTrue();
    }

    /** What the script and the codec write together. */
    private static byte[] written(RoomCodec.StoredHead stored) {
        return new RecordWriter(64)
                .u8(4)
                .u32((int) stored.entries())
                .raw(RoomCodec.encodeHead(stored.head()))
                .toBytes();
    }
}
