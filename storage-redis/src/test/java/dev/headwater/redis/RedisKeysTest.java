package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.headwater.history.PageId;
import dev.headwater.id.RoomId;
import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisKeysTest {
    private static List<byte[]> keys(String room) {
        RedisKeys keys = new RedisKeys(new RoomId(room));
        PageId page = new PageId(-5, 3);
        return List.of(
                keys.head(),
                keys.tokens(),
                keys.pages(),
                keys.gaps(),
                keys.marks(),
                keys.times(),
                keys.stateChunk(7),
                keys.admission(),
                keys.bodies(page),
                keys.side(page),
                keys.sidePrefix(),
                keys.index(2),
                keys.indexPrefix());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!room:hs.example",
                "!a}{b:x",
                "!{}:x",
                "!}:x",
                "!{h}:x",
                "!a:h",
                "!\r\nDEL x:x",
                "!\u001b[2J:x",
                "!日:x"
            })
    void keepsARoomInOneSlotThatItsIdDoesNotChoose(String room) {
        List<byte[]> keys = keys(room);
        assertThat(keys.stream().mapToInt(SlotHash::getSlot).distinct()).hasSize(1);
        assertThat(keys)
                .allSatisfy(key ->
                        assertThat(new String(key, ISO_8859_1)).matches("hw1:\\{[0-9a-f]{16}}:[a-z][0-9a-z:.-]*"));
    }

    @Test
    void givesNoTwoRoomsAKeyInCommon() {
        List<String> all = new ArrayList<>();
        Stream.of("!a}{b:x", "!a}{c:x", "!a:x", "!a:xh", "!A:x", "!:x")
                .flatMap(room -> keys(room).stream())
                .map(Arrays::toString)
                .forEach(all::add);
        assertThat(all).doesNotHaveDuplicates();
    }

    @Test
    void sortsThePagesNamesAsThePages() {
        List<PageId> pages = List.of(
                PageId.LOWEST,
                new PageId(-1, 0),
                new PageId(-1, Integer.MAX_VALUE),
                new PageId(0, 0),
                new PageId(0, 1),
                new PageId(Long.MAX_VALUE, 0));
        assertThat(pages.stream()
                        .map(RedisKeys::member)
                        .sorted(Arrays::compareUnsigned)
                        .map(RedisKeys::page))
                .isEqualTo(pages);
        assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(() -> RedisKeys.page(new byte[11]));
    }
}
