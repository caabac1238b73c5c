package dev.headwater.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.ServerName;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
    }

    @Test
    void treatsWhatIsSpecialElsewhereAsItself() {
        assertThat(allows("{'allow':['a.test']}", "aXtest")).isFalse();
        assertThat(allows("{'allow':['(.*)']}", "a.test")).isFalse();
        assertThat(allows("{'allow':['[a].test']}", "a.test")).isFalse();
        assertThat(allows("{'allow':['a\\\\']}", "a")).isFalse();
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
        for (int i = 0; i < 200_000; i++) {
            String glob = text(random, "ab.*?", 8);
            String name = text(random, "ab.", 9);
            StringBuilder regex = new StringBuilder();
            for (char c : glob.toCharArray()) {
                regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
            }
            assertThat(new Glob(glob).matches(name))
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
