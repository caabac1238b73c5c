package dev.headwater.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.json.BadJsonException;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.RandomJson;
import dev.headwater.json.StrictJson;
import dev.headwater.json.StrictJson.Numbers;
import dev.headwater.json.TopLevel;
import dev.headwater.room.RoomVersion;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Spoilt bytes from a seed, which is part of every message and can be given again as {@code -Dheadwater.seed=N}. */
class HostileInputTest {
    private static final long SEED = Long.getLong("headwater.seed", 20261127);
    private static final int ROUNDS = 20_000;
    private static final byte[] MARKS = "{}[],:\"\\u0-1e+.tfn \n".getBytes(StandardCharsets.US_ASCII);

    private final Random random = new Random(SEED);
    private final RandomJson documents = new RandomJson(random);

    @Test
    void spoiltDocumentsAreReadOrRefusedButNeverOtherwise() {
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = spoilt(documents.value(4, true).getBytes(StandardCharsets.UTF_8));
            JsonNode value;
            try {
                value = StrictJson.parse(bytes, Numbers.LENIENT);
            } catch (BadJsonException e) {
                assertThat(e.offset()).as("seed %d, document %d", SEED, i).isBetween(0L, (long) bytes.length);
                continue;
            }
            byte[] canonical = CanonicalJson.encode(value);
            assertThat(canonical.length).as("seed %d, document %d", SEED, i).isLessThanOrEqualTo(bytes.length);
            JsonNode again = StrictJson.parse(canonical, Numbers.LENIENT);
            assertThat(again).as("seed %d, document %d", SEED, i).isEqualTo(value);
            assertThat(CanonicalJson.encode(again))
                    .as("seed %d, document %d", SEED, i)
                    .isEqualTo(canonical);
        }
    }

    @Test
    void cuttingBytesIsTheSameAsTakingMembersAway() {
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = documents.object(4, true).getBytes(StandardCharsets.UTF_8);
            ObjectNode object = StrictJson.object(bytes, Numbers.LENIENT);
            Set<String> names = object.isEmpty()
                    ? Set.of()
                    : Set.of(object.propertyNames().iterator().next());
            byte[] cut = TopLevel.without(bytes, names);
            assertThat(StrictJson.object(cut, Numbers.LENIENT))
                    .as("seed %d, document %d", SEED, i)
                    .isEqualTo(object.deepCopy().remove(names));
        }
    }

    @ParameterizedTest
    @EnumSource
    void spoiltEventsAreReadOrRefusedButNeverOtherwise(RoomVersion version) {
        byte[] event = CanonicalJson.encode(Events.create(version));
        for (int i = 0; i < ROUNDS / 10; i++) {
            byte[] bytes = spoilt(event);
            try {
                Pdu pdu = PduReader.fromUntrusted(version, bytes);
                assertThat(pdu.bytes().length).as("seed %d, event %d", SEED, i).isLessThanOrEqualTo(bytes.length);
                EventGate.admit(pdu, new Verified.HashDiffers());
            } catch (BadEventException e) {
                assertThat(e.getMessage()).as("seed %d, event %d", SEED, i).isNotEmpty();
            }
        }
    }

    private byte[] spoilt(byte[] bytes) {
        byte[] spoilt = bytes.clone();
        int faults = random.nextInt(3);
        for (int i = 0; i < faults && spoilt.length > 0; i++) {
            int at = random.nextInt(spoilt.length);
            switch (random.nextInt(4)) {
                case 0 -> spoilt[at] = (byte) random.nextInt();
                case 1 -> spoilt[at] = MARKS[random.nextInt(MARKS.length)];
                case 2 -> spoilt = Arrays.copyOf(spoilt, at);
                default -> {
                    byte[] longer = Arrays.copyOf(spoilt, spoilt.length + 1);
                    System.arraycopy(spoilt, at, longer, at + 1, spoilt.length - at);
                    longer[at] = MARKS[random.nextInt(MARKS.length)];
                    spoilt = longer;
                }
            }
        }
        return spoilt;
    }
}
