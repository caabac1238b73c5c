package dev.headwater.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.headwater.gateway.auth.AuthenticationException.Reason;
import dev.headwater.id.ServerName;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XMatrixTest {
    private static final ServerName ORIGIN = ServerName.parse("o.example:8448");
    private static final XMatrix.Signature SIGNATURE =
            new XMatrix.Signature(ServerName.parse("[::1]:1"), "ed25519:a_1", "ab/+=");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Matrix origin=\"o.example:8448\",destination=\"[::1]:1\",key=\"ed25519:a_1\",sig=\"ab/+=\"",
                "X-Matrix origin=o.example:8448,destination=[::1]:1,key=ed25519:a_1,sig=ab/+=",
                "x-matrix \t Origin = o.example:8448 ,\tDESTINATION=[::1]:1 , Key=ed25519:a_1,sIG=ab/+= ",
                "X-MATRIX sig=ab/+=,,key=ed25519:a_1, ,destination=\"[::1]:1\",origin=\"o.example:8448\",",
                "X-Matrix origin=\"o.exa\\mple:8448\",destination=\"\\[::1]:1\",key=\"ed25519:a_1\",sig=\"ab/+=\"",
                "X-Matrix o=\"a,b=c\\\"d\\\\\",origin=o.example:8448,destination=[::1]:1,key=ed25519:a_1,sig=ab/+=",
            })
    void readsEveryDialect(String header) {
        XMatrix read = XMatrix.parse(List.of(header));
        assertThat(read.origin()).isEqualTo(ORIGIN);
        assertThat(read.signatures()).containsExactly(SIGNATURE);
    }

    @Test
    void takesAnAbsentDestination() {
        XMatrix read = XMatrix.parse(List.of("X-Matrix origin=o,key=k,sig=s"));
        assertThat(read.signatures()).containsExactly(new XMatrix.Signature(null, "k", "s"));
    }

    @Test
    void gathersTheSignaturesOfSeveralHeadersAndPassesOverOtherSchemes() {
        XMatrix read = XMatrix.parse(List.of(
                "Bearer abc", "X-Matrix origin=o,key=k1,sig=s1", "X-Matrixx a", "X-Matrix origin=o,key=k2,sig=s2"));
        assertThat(read.signatures()).extracting(XMatrix.Signature::keyId).containsExactly("k1", "k2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer abc", "Basic X-Matrix", "X-MatrixA origin=o,key=k,sig=s"})
    void findsNoCredentialsInOtherSchemes(String header) {
        assertThatExceptionOfType(AuthenticationException.class)
                .isThrownBy(() -> XMatrix.parse(List.of(header)))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.ABSENT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Matrix",
                "X-Matrix ,",
                "X-Matrix origin=o,key=k",
                "X-Matrix origin=o,sig=s",
                "X-Matrix key=k,sig=s",
                "X-Matrix origin=,key=k,sig=s",
                "X-Matrix origin=\"\",key=k,sig=s",
                "X-Matrix origin=o,key=k,sig=\"s",
                "X-Matrix origin=o,key=k,sig=\"s\\",
                "X-Matrix origin=o,key=k,sig=\"s\u0001\"",
                "X-Matrix origin=o,key=k,sig=\"\u00e9\"",
                "X-Matrix origin=o,key=k,signature=s",
                "X-Matrix origin=o,key=k,sig=s,origin=o",
                "X-Matrix origin=o,key=k,sig=s,a=1,A=2",
                "X-Matrix origin=o key=k,sig=s",
                "X-Matrix origin=o;key=k;sig=s",
                "X-Matrix origin,key=k,sig=s",
                "X-Matrix origin=\"o\"x,key=k,sig=s",
                "X-Matrix origin=a b,key=k,sig=s",
                "X-Matrix origin=@u:x,key=k,sig=s",
                "X-Matrix origin=x:99999,key=k,sig=s",
                "X-Matrix origin=o,destination=a_b,key=k,sig=s",
                "X-Matrix origin=o,key=k,sig=s,X-Matrix origin=o,key=k,sig=s",
            })
    void refusesWhatBreaksTheGrammar(String header) {
        assertThatExceptionOfType(AuthenticationException.class)
                .isThrownBy(() -> XMatrix.parse(List.of(header)))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
    }

    @Test
    void refusesTwoOrigins() {
        assertThatExceptionOfType(AuthenticationException.class)
                .isThrownBy(
                        () -> XMatrix.parse(List.of("X-Matrix origin=o,key=k,sig=s", "X-Matrix origin=p,key=k,sig=s")))
                .withMessageContaining("'o' and 'p'")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
    }
}
