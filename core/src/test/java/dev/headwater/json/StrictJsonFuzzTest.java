package dev.headwater.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.json.StrictJson.Numbers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Any bytes: what is taken means to Jackson what it means to us, and has one canonical form. */
class StrictJsonFuzzTest {
    private static final JsonMapper JACKSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static Stream<byte[]> documents() {
        return JsonSeeds.all();
    }

    @MethodSource("documents")
    @FuzzTest
    void readsOneMeaningOrRefuses(byte[] bytes) {
        JsonNode lenient = read(bytes, Numbers.LENIENT);
        JsonNode canonical = read(bytes, Numbers.CANONICAL);
        JsonNode jackson = jackson(bytes);
        if (lenient == null) {
            assertThat(canonical).isNull();
            return;
        }
        assertThat(isUtf8(bytes)).isTrue();
        assertThat(jackson).isNotNull();
        assertThat(CanonicalJson.hasOnlyCanonicalNumbers(lenient)).isEqualTo(canonical != null);
        if (canonical != null) {
            assertThat(canonical).isEqualTo(lenient);
            // Jackson makes an int of a small integer: the printed forms are compared, not the types.
            assertThat(CanonicalJson.encode(jackson)).isEqualTo(CanonicalJson.encode(canonical));
        }
        hasOneCanonicalForm(lenient, bytes.length);
        canBeCut(lenient, bytes);
    }

    private static @Nullable JsonNode read(byte[] bytes, Numbers numbers) {
        try {
            return StrictJson.parse(bytes, numbers);
        } catch (BadJsonException e) {
            assertThat(e.offset()).isBetween(0L, (long) bytes.length);
            assertThat(e.getMessage()).doesNotContainPattern("\\p{Cc}");
            return null;
        }
    }

    private static @Nullable JsonNode jackson(byte[] bytes) {
        try {
            JsonNode value = JACKSON.readTree(bytes);
            return value.isMissingNode() ? null : value;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static void hasOneCanonicalForm(JsonNode value, int length) {
        byte[] form = CanonicalJson.encode(value);
        assertThat(form.length).isLessThanOrEqualTo(length);
        JsonNode again = StrictJson.parse(form, Numbers.LENIENT);
        assertThat(again).isEqualTo(value);
        assertThat(CanonicalJson.encode(again)).isEqualTo(form);
        assertThat(isUtf8(form)).isTrue();
        assertThat(form).doesNotContain('\n', '\r', '\t', 0);
    }

    private static void canBeCut(JsonNode value, byte[] bytes) {
        if (value instanceof ObjectNode object) {
            Set<String> names = object.isEmpty()
                    ? Set.of("a")
                    : Set.of(object.propertyNames().iterator().next());
            byte[] cut = TopLevel.without(bytes, names);
            assertThat(StrictJson.parse(cut, Numbers.LENIENT))
                    .isEqualTo(object.deepCopy().remove(names));
            assertThat(TopLevel.without(cut, names)).isEqualTo(cut);
            assertThat(cut).doesNotContain('\n', '\r', '\t', 0);
            assertThat(TopLevel.without(cut, Set.of()).length).isEqualTo(cut.length);
            assertThat(Arrays.equals(
                            TopLevel.without(CanonicalJson.encode(object), Set.of()), CanonicalJson.encode(object)))
                    .isTrue();
        }
    }
}
