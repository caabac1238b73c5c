package dev.headwater.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.gateway.auth.AuthenticationException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/** Any lines as {@code Authorization} headers: what is taken says the same in every dialect. */
class XMatrixFuzzTest {
    /** The grammar once more, by other means: a list of parameters, some of its elements empty. */
    private static final Pattern LIST;

    static {
        String blanks = "[ \t]*+";
        String name = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
        String quoted = "\"(?:[\t !#-\\[\\]-~]|\\\\[\t -~])*+\"";
        String bare = "[!#$%&'*+.^_`|~0-9A-Za-z:/=\\[\\]-]*+";
        String element = name + blanks + "=" + blanks + "(?:" + quoted + "|" + bare + ")" + blanks;
        LIST = Pattern.compile(blanks + "(?:" + element + ")?+(?:," + blanks + "(?:" + element + ")?+)*+");
    }

    static Stream<byte[]> headers() {
        String whole = "X-Matrix origin=\"o.example:8448\",destination=\"[::1]:1\",key=\"ed25519:a_1\",sig=\"ab/+=\"";
        return Stream.of(
                        whole,
                        whole + "\n" + whole.replace("a_1", "b_2"),
                        whole + "\n" + whole.replace("o.example", "p.example"),
                        "Bearer x\n" + whole,
                        "x-matrix \t Origin = o.example ,\tDESTINATION=[::1]:1 , Key=ed25519:a_1,sIG=ab/+= ",
                        "X-MATRIX sig=ab,,key=ed25519:a_1, ,origin=\"o.exa\\mple\",",
                        "X-Matrix o=\"a,b=c\\\"d\\\\\",origin=o,destination=d,key=ed25519:a_1,sig=ab/+=",
                        "X-Matrix",
                        "X-Matrix origin=o,key=k,sig=\"s",
                        "X-Matrix origin=\"o,key=\"a\",sig=\"b",
                        "X-Matrix origin=\"o\\",
                        "X-Matrix origin=o,key=k,signature=s",
                        "X-Matrix origin=o,Origin=o,key=k,sig=s",
                        "X-Matrix origin=a b,key=k,sig=s",
                        "X-Matrix origin=x:99999,key=k,sig=s",
                        "X-Matrix origin=@u:x,key=k,sig=s",
                        "X-Matrix origin=o,destination=,key=k,sig=s",
                        "X-Matrix origin=\"o\u00e9\",key=k,sig=\"\u0001\"")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @MethodSource("headers")
    @FuzzTest
    void readsOneMeaningOrRefuses(byte[] bytes) {
        List<String> lines = List.of(new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1));
        XMatrix read = read(lines);
        if (read != null) {
            assertThat(read.signatures()).isNotEmpty();
            assertThat(read.signatures())
                    .allMatch(s -> !s.keyId().isEmpty() && !s.base64().isEmpty());
            List<String> quoted = read.signatures().stream()
                    .map(signature -> quoted(read, signature))
                    .toList();
            assertThat(XMatrix.parse(quoted)).isEqualTo(read);
            List<String> odd = quoted.stream().map(XMatrixFuzzTest::odd).toList();
            assertThat(XMatrix.parse(odd)).isEqualTo(read);
            refusesASecondOrigin(quoted.get(0));
        }
        lines.forEach(XMatrixFuzzTest::keepsToTheGrammar);
    }

    private static @Nullable XMatrix read(List<String> headers) {
        try {
            return XMatrix.parse(headers);
        } catch (AuthenticationException e) {
            assertThat(e.reason()).isIn(Reason.ABSENT, Reason.MALFORMED);
            assertThat(e.getMessage()).doesNotContainPattern("\\p{Cc}");
            return null;
        }
    }

    private static String quoted(XMatrix read, XMatrix.Signature signature) {
        String destination = signature.destination() == null
                ? ""
                : "\",destination=\"" + escaped(signature.destination().value());
        return "X-Matrix origin=\"" + escaped(read.origin().value()) + destination + "\",key=\""
                + escaped(signature.keyId()) + "\",sig=\"" + escaped(signature.base64()) + "\"";
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /** The same in another spelling. */
    private static String odd(String header) {
        return header.replaceFirst("X-Matrix origin=", " x-mATRIX\t , new=\"a,\\\\\\\"b\" ,ORIGIN\t= ") + " ,, ";
    }

    private static void refusesASecondOrigin(String header) {
        assertThatExceptionOfType(AuthenticationException.class)
                .isThrownBy(() -> XMatrix.parse(List.of(header, "X-Matrix origin=other..origin,key=k,sig=s")));
        assertThatExceptionOfType(AuthenticationException.class)
                .isThrownBy(() -> XMatrix.parse(List.of(header + ",Origin=x")));
    }

    private static void keepsToTheGrammar(String list) {
        boolean taken;
        try {
            new AuthParameters(list).read();
            taken = true;
        } catch (AuthenticationException e) {
            if (String.valueOf(e.getMessage()).contains("stands twice")) {
                return;
            }
            taken = false;
        }
        assertThat(taken).as(list).isEqualTo(LIST.matcher(list).matches());
    }
}
