package dev.headwater.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.ServerName;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Any pattern on the first line, any name on the second, any content of an ACL on the third. */
class ServerAclFuzzTest {
    static Stream<byte[]> lists() {
        return Stream.of(
                        "*.evil.example\nwww.evil.example\n{\"allow\":[\"*\"],\"deny\":[\"*.evil.example\"]}",
                        "*a*b?c*\naxbycbzc\n{\"allow\":[\"*\"],\"allow_ip_literals\":false}",
                        "1.2.3.?\n1.2.3.4:80\n{\"allow\":[1,null,\"*\"],\"deny\":{}}",
                        "[*]\n[::1]:1\n[]",
                        "********b\naaaaaaaaaaaaaaaaaaaaaaaa\nnonsense",
                        "\n\n",
                        "İ\ni\n{\"allow\":[\"İ\"]}")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("lists")
    @FuzzTest
    void matchesAsATableOfAllPrefixesDoes(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", 3);
        String pattern = lines[0];
        String name = lines.length > 1 ? lines[1] : "";
        boolean fits = fits(pattern.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
        assertThat(new Glob(pattern).matches(new Glob.Text(name))).isEqualTo(fits);
        try {
            ServerName server = ServerName.parse(name);
            boolean fitsHost =
                    fits(pattern.toLowerCase(Locale.ROOT), server.host().toLowerCase(Locale.ROOT));
            assertThat(ServerAcl.of(list("*", pattern)).allows(server)).isEqualTo(!fitsHost);
            assertThat(ServerAcl.of(list(pattern, "")).allows(server)).isEqualTo(fitsHost);
            ServerAcl.parse(lines.length > 2 ? lines[2] : "").allows(server);
        } catch (InvalidIdException notAServer) {
            assertThat(notAServer).hasMessageContaining("server name");
        }
    }

    private static ObjectNode list(String allow, String deny) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        content.putArray("allow").add(allow);
        content.putArray("deny").add(deny);
        return content;
    }

    /** The definition, written down as a table: whether the first p characters fit the first t. */
    private static boolean fits(String pattern, String text) {
        boolean[][] fits = new boolean[pattern.length() + 1][text.length() + 1];
        fits[0][0] = true;
        for (int p = 1; p <= pattern.length(); p++) {
            char c = pattern.charAt(p - 1);
            for (int t = 0; t <= text.length(); t++) {
                boolean one = t > 0 && fits[p - 1][t - 1] && (c == '?' || c == '*' || c == text.charAt(t - 1));
                boolean none = c == '*' && fits[p - 1][t];
                boolean more = c == '*' && t > 0 && fits[p][t - 1];
                fits[p][t] = one || none || more;
            }
        }
        return fits[pattern.length()][text.length()];
    }
}
