package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class DemoIT {
    private static final Pattern REDIS = Pattern.compile("^Store    redis://127\\.0\\.0\\.1:(\\d+)/0, ");

    @Test
    void showsAWalkOfARealRoomFromRedis() {
        Ran ran = Jar.run("demo", "--once", "--port", "0");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).containsPattern(Pattern.compile(REDIS.pattern(), Pattern.MULTILINE));
        assertShowsAWalk(ran);
    }

    @Test
    void showsItWithoutRedisToo() {
        Ran ran = Jar.run("demo", "--once", "--port", "0", "--store", "memory:");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).startsWith("Store    memory:");
        assertShowsAWalk(ran);
    }

    @Test
    void staysUpToBeAskedByTheCommandThatItPrintsAndTakesItsRedisAlong() {
        try (Jar demo = Jar.start("demo", "--port", "0")) {
            demo.line(Pattern.compile("^Ctrl-C ends it"));
            int port = port(demo.line(REDIS));
            assertThat(listens(port)).isTrue();

            Ran fetch = Jar.run(printedCommand(demo.out()));
            assertThat(fetch.status()).as(fetch.err()).isZero();
            assertThat(fetch.out().lines()).hasSizeGreaterThan(90);
            assertThat(fetch.err()).contains("0 refused").contains("signatures checked");

            demo.terminate();
            Ran ended = demo.end();
            assertThat(ended.status()).isEqualTo(143);
            assertThat(ended.err())
                    .doesNotContain("Exception")
                    .doesNotContain("ERROR")
                    .doesNotContain("WARN");
            Awaitility.await().until(() -> !listens(port));
        }
    }

    @Test
    void saysInOneLineThatItsPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Ran ran = Jar.run("demo", "--store", "memory:", "--port", String.valueOf(taken.getLocalPort()));

            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("headwater: --port: '" + taken.getLocalPort() + "' on 127.0.0.1 cannot be listened on")
                    .contains("expected a free port, such as --port ");
        }
    }

    private static void assertShowsAWalk(Ran ran) {
        assertThat(ran.out())
                .contains("recorded from real homeservers")
                .contains("\n|\\\n")
                .contains("m.room.message")
                .containsPattern("\n\\d+ events, children before parents, ");
        assertThat(ran.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }

    /** The lines from "fetch" on, as a shell would split them. */
    private static String[] printedCommand(List<String> out) {
        String text = String.join("\n", out);
        String command = text.substring(text.indexOf(" fetch ") + 1, text.indexOf("\n\nCtrl-C"));
        return Arrays.stream(command.replace("\\\n", " ").trim().split("\\s+"))
                .map(word -> word.replace("'", ""))
                .toArray(String[]::new);
    }

    private static int port(String line) {
        Matcher matcher = REDIS.matcher(line);
        assertThat(matcher.find()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
