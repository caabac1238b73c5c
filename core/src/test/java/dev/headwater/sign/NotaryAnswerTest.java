package dev.headwater.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.headwater.id.KeyId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class NotaryAnswerTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final KeyId A = KeyId.parse("ed25519:a");

    private final KeyPublisher server = new KeyPublisher("a.example", "ed25519:a");
    private final KeyPublisher notary = new KeyPublisher("notary.example", "ed25519:n");

    @Test
    void takesWhatServerAndNotaryHaveSigned() {
        KeyDocument document = read(KeyPublisher.answer(notary.countersign(server.document(NOW + DAY))));
        assertThat(document.forRequest(A, NOW)).isEqualTo(server.key().verifyKey());
        assertThat(document.validUntilMillis()).isEqualTo(NOW + DAY);
    }

    @Test
    void takesTheNewestOfSeveralAndPassesOverThoseOfOtherServers() {
        ObjectNode foreign = notary.countersign(new KeyPublisher("b.example", "ed25519:a").document(NOW + 5 * DAY));
        ObjectNode unsigned = server.document(NOW + 4 * DAY);
        KeyDocument document = read(KeyPublisher.answer(
                notary.countersign(server.document(NOW + DAY)),
                StrictJson.parse("5".getBytes(StandardCharsets.UTF_8)),
                foreign,
                unsigned,
                notary.countersign(server.document(NOW + 3 * DAY)),
                notary.countersign(server.document(NOW + 2 * DAY))));
        assertThat(document.validUntilMillis()).isEqualTo(NOW + 3 * DAY);
    }

    @Test
    void refusesWhatOneOfTheTwoHasNotSigned() {
        refuses(KeyPublisher.answer(server.document(NOW + DAY)), "signature of the notary notary.example");
        refuses(
                KeyPublisher.answer(
                        notary.countersign(server.document(NOW + DAY).without("signatures"))),
                "a signature of a.example");
    }

    @Test
    void refusesANotaryWhoseKeyIsAnother() {
        KeyPublisher impostor = new KeyPublisher("notary.example", "ed25519:n");
        refuses(KeyPublisher.answer(impostor.countersign(server.document(NOW + DAY))), "found it WRONG");
        KeyPublisher newKey = new KeyPublisher("notary.example", "ed25519:m");
        refuses(KeyPublisher.answer(newKey.countersign(server.document(NOW + DAY))), "found it KEY_NOT_KNOWN");
    }

    @Test
    void refusesMoreDocumentsOfAServerThanANotaryKeeps() {
        ObjectNode[] many = IntStream.range(0, NotaryAnswer.MAX_DOCUMENTS + 1)
                .mapToObj(i -> notary.countersign(server.document(NOW + DAY + i)))
                .toArray(ObjectNode[]::new);
        refuses(KeyPublisher.answer(many), "found 9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"server_keys\":[]}", "{\"server_keys\":{}}", "{\"server_keys\":[[],5,null]}", "[]", ""})
    void refusesAnAnswerWithoutTheServer(String text) {
        refuses(text.getBytes(StandardCharsets.UTF_8), "");
    }

    private KeyDocument read(byte[] body) {
        return NotaryAnswer.read(body, server.name(), notary.name(), notary.pinned(), NOW, Ed25519.jdk());
    }

    private void refuses(byte[] body, String expectation) {
        assertThatExceptionOfType(BadKeyDocumentException.class)
                .isThrownBy(() -> read(body))
                .withMessageStartingWith("expected ")
                .withMessageContaining(expectation);
    }

    @Test
    void refusesALongAnswer() {
        ObjectNode document = server.document(NOW + DAY, d -> d.put("x", "x".repeat(KeyDocument.MAX_BYTES)));
        refuses(CanonicalJson.encode(document), "at most 65536 bytes");
    }
}
