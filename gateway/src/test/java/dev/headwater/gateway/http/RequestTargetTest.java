package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.headwater.gateway.http.RefusedException.Cause;
import dev.headwater.id.RoomId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/a/b|a,b",
                "/a/b/|a,b",
                "/a/%2Fb?c=/d?e|a,%2Fb",
                "/a;x=y|a;x=y",
            })
    void splitsWithoutDecoding(String raw, String segments) {
        RequestTarget target = RequestTarget.parse(raw);
        assertThat(target.segments()).containsExactly(segments.split(","));
        assertThat(target.raw()).isEqualTo(raw);
        assertThat(target.hasOddSegments()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"//", "/a//b", "/a/b//", "/./a", "/a/..", "/a/%2e%2E/b", "/%2e", "/a/.%2e"})
    void findsSegmentsThatOthersWouldResolve(String raw) {
        assertThat(RequestTarget.parse(raw).hasOddSegments()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "a", "", "/a b", "/a#b", "/\u00e4", "/a\u007f", "/a\tb"})
    void refusesWhatNoTargetMayHold(String raw) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> RequestTarget.parse(raw))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Cause.BAD_HTTP));
    }

    private static FederationRequest query(String query) {
        return new FederationRequest(Map.of(), query);
    }

    @Test
    void takesAPlusSignForItself() {
        assertThat(query("v=$a+b/c&v=$a%2Bb%2Fc&v=a%20b").queryValues("v")).containsExactly("$a+b/c", "$a+b/c", "a b");
    }

    @Test
    void readsOddQueriesAsTheyStand() {
        assertThat(query("").queryValues("")).isEmpty();
        assertThat(query("v").queryValues("v")).containsExactly("");
        assertThat(query("&&v=&%76=1=2&V=3").queryValues("v")).containsExactly("", "1=2");
        assertThat(query("v=%ff&v=%c0%af&v=%ed%a0%80&v=%f0%9f%98%80").queryValues("v"))
                .containsExactly(null, null, null, "\ud83d\ude00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%1", "%zz", "%1g", "%%41", "%\u0661\u0661"})
    void refusesBrokenEscapes(String broken) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> query("x=" + broken).queryValues("v"))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Cause.BAD_PARAMETER));
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> new FederationRequest(Map.of("r", "!" + broken), "").pathId("r", RoomId::parse))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Cause.BAD_PARAMETER));
    }

    @Test
    void decodesSlashesWithinIds() {
        FederationRequest request = new FederationRequest(Map.of("r", "!a%2Fb;c+d%3Ax"), "");
        assertThat(request.pathId("r", RoomId::parse)).isEqualTo(new RoomId("!a/b;c+d:x"));
    }
}
