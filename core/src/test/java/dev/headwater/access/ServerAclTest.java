package dev.headwater.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.ServerName;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ServerAclTest {
    private static boolean allows(String acl, String server) {
        return ServerAcl.parse(acl.replace('\'', '"')).allows(ServerName.parse(server));
    }

    @Test
    void letsInWhomItAllowsAndDoesNotDeny() {
        String acl = "{'allow':['*'],'deny':['*.evil.test','evil.test','b?d.test']}";
        assertThat(allows(acl, "good.test")).isTrue();
        assertThat(allows(acl, "evil.test")).isFalse();
        assertThat(allows(acl, "x.evil.test")).isFalse();
        assertThat(allows(acl, "notevil.test")).isTrue();
        assertThat(allows(acl, "bad.test")).isFalse();
        assertThat(allows(acl, "bd.test")).isTrue();
    }

    @Test
    void anchorsItsPatternsIgnoresCaseAndThePort() {
        String acl = "{'allow':['Good.Test','*.ok']}";
        assertThat(allows(acl, "gOOD.tEST:8448")).isTrue();
        assertThat(allows(acl, "very.good.test")).isFalse();
        assertThat(allows(acl, "good.test.org")).isFalse();
        assertThat(allows(acl, "a.b.ok:1")).isTrue();
        assertThat(allows(acl, "ok")).isFalse();
        assertThat(allows("{'allow':['good.test:8448']}", "good.test:8448")).isFalse();
    }

    @Test
    void deniesAllIfNobodyIsAllowed() {
        for (String acl : new String[] {
            "{}",
            "{'allow':[]}",
            "{'allow':'*'}",
            "{'allow':{'a':'*'}}",
            "{'allow':[1,null,['*']]}",
            "[]",
            "null",
            "'*'",
            "{",
            ""
        }) {
            assertThat(allows(acl, "a.test")).as(acl).isFalse();
        }
        assertThat(allows("{'allow':['*'],'deny':'*'}", "a.test")).isTrue();
        assertThat(allows("{'allow':['*'],'deny':[7]}", "a.test")).isTrue();
    }

    @Test
    void passesOverEntriesThatAreNoTextAndKeepsTheOthers() {
        String acl = "{'allow':[1,null,'*',{}],'deny':[true,['good.test'],'evil.test',1.5]}";
        assertThat(allows(acl, "good.test")).isTrue();
        assertThat(allows(acl, "evil.test")).isFalse();
        assertThat(allows("{'allow':['','*'],'deny':['']}", "a.test")).isTrue();
    }

    @Test
    void deniesWhomItAllowsByNameIfAPatternDeniesIt() {
        assertThat(allows("{'allow':['a.test','*'],'deny':['*']}", "a.test")).isFalse();
    }

    @Test
    void deniesAddressesWhereTheyAreNotAllowed() {
        String no = "{'allow':['*'],'allow_ip_literals':false}";
        assertThat(allows(no, "1.2.3.4")).isFalse();
        assertThat(allows(no, "1.2.3.4:8448")).isFalse();
        assertThat(allows(no, "[::1]")).isFalse();
        assertThat(allows(no, "[2001:db8::1]:80")).isFalse();
        assertThat(allows(no, "1.2.3.4.test")).isTrue();
        assertThat(allows("{'allow':['*'],'allow_ip_literals':true}", "1.2.3.4"))
                .isTrue();
        assertThat(allows("{'allow':['*'],'allow_ip_literals':'false'}", "1.2.3.4"))
                .isTrue();
        assertThat(allows("{'allow':['[::1]']}", "[::1]:80")).isTrue();
        assertThat(allows("{'allow':['*'],'deny':['[2001:db8:*]']}", "[2001:DB8::7]:80"))
                .isFalse();
        assertThat(allows("{'allow':['*'],'deny':['10.*'],'allow_ip_literals':true}", "10.1.2.3:8448"))
                .isFalse();
        assertThat(allows(no, "1.2.3")).isTrue();
        assertThat(allows(no, "1.2.3.4.5")).isTrue();
    }

    @Test
    void treatsWhatIsSpecialElsewhereAsItself() {
        assertThat(allows("{'allow':['a.test']}", "aXtest")).isFalse();
        assertThat(allows("{'allow':['(.*)']}", "a.test")).isFalse();
        assertThat(allows("{'allow':['[a].test']}", "a.test")).isFalse();
        assertThat(allows("{'allow':['a\\\\']}", "a")).isFalse();
    }

    /** Each is as long as an event may be, and costs a matcher that goes back to an earlier place its length times the name's. */
    static List<String> hostilePatterns() {
        int room = 60_000;
        return List.of(
                "*a".repeat(room / 2) + "b",
                "*" + "a".repeat(115) + "b",
                ("*" + "a".repeat(115)).repeat(room / 116) + "b",
                "*" + "?a".repeat(room / 2),
                "*?".repeat(room / 2) + "x",
                "*".repeat(room) + "b",
                "a*".repeat(room / 2) + "*b*");
    }

    @ParameterizedTest
    @MethodSource("hostilePatterns")
    void looksAtEachCharacterOfAPatternOnceAtMost(String pattern) {
        for (int length : new int[] {1, 63, 64, 65, 127, 128, 230, 255}) {
            Glob.Text name = new Glob.Text("a".repeat(length));
            assertThat(new Glob(pattern).steps(name)).isBetween(1, pattern.length());
        }
    }

    @Test
    void stopsAtTheFirstCharacterThatCannotBe() {
        assertThat(new Glob("b" + "*a".repeat(10_000)).steps(new Glob.Text("a.test")))
                .isOne();
        assertThat(new Glob("a.b.test").steps(new Glob.Text("a.test"))).isEqualTo(3);
        assertThat(new Glob("a.test").steps(new Glob.Text("a.test.org"))).isEqualTo(6);
        assertThat(new Glob("a.test?").steps(new Glob.Text("a.test"))).isEqualTo(7);
        assertThat(new Glob("*.test").steps(new Glob.Text("a.test"))).isNegative();
    }

    @Test
    @Timeout(20)
    void decidesByTenThousandEntriesInTime() {
        String entries = "'" + "*a*a*b','".repeat(10_000) + "x'";
        String acl = "{'allow':['*'],'deny':[" + entries + "]}";
        assertThat(allows(acl, "a".repeat(230))).isTrue();
        assertThat(allows(acl, "a".repeat(229) + "b")).isFalse();
    }

    @Test
    @Timeout(20)
    void matchesHostilePatternsInTime() {
        String stars = "*a".repeat(5_000) + "b";
        String acl = "{'allow':['" + stars + "'],'deny':['" + "*?".repeat(3_000) + "x']}";
        String name = "a".repeat(230);
        for (int i = 0; i < 1_000; i++) {
            assertThat(allows(acl, name)).isFalse();
        }
    }

    @Test
    void matchesLikeAPlainRegularExpression() {
        Random random = new Random(7);
        for (int i = 0; i < 50_000; i++) {
            String glob = text(random, "ab.*?", 8);
            // Now and then longer than one and than two words of bits.
            String name = text(random, "ab.", 9) + (i % 50 == 0 ? "a".repeat(random.nextInt(200)) : "");
            StringBuilder regex = new StringBuilder();
            for (char c : glob.toCharArray()) {
                regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
            }
            assertThat(new Glob(glob).matches(new Glob.Text(name)))
                    .as("%s on %s", glob, name)
                    .isEqualTo(Pattern.matches(regex.toString(), name));
        }
    }

    private static String text(Random random, String alphabet, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
