package dev.headwater.gateway.http;

import static dev.headwater.gateway.http.OddRequests.GOOD;
import static dev.headwater.gateway.http.OddRequests.get;
import static dev.headwater.gateway.http.OddRequests.kept;
import static dev.headwater.gateway.http.OddRequests.lost;

import dev.headwater.gateway.http.OddRequests.Accepted;
import dev.headwater.gateway.http.OddRequests.Refused;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows 31 to 58 of bad input: the Authorization header, one request a row. */
class BadAuthorizationIT {
    private static OddRequests requests;

    @BeforeAll
    static void start() {
        requests = new OddRequests();
    }

    @AfterAll
    static void stop() {
        requests.close();
    }

    private static Asker remote() {
        return requests.gateway.remote;
    }

    private static String auth(String value) {
        return get(GOOD, "Authorization: " + value);
    }

    private static String sig() {
        return remote().base64Signature("GET", GOOD, TestGateway.NAME);
    }

    private static String parts(String origin, String destination, String key, String sig) {
        return "X-Matrix origin=\"" + origin + "\",destination=\"" + destination + "\",key=\"" + key + "\",sig=\"" + sig
                + "\"";
    }

    private static String withSignature(byte[] bytes) {
        return parts(
                "remote.example",
                "hs.example",
                "ed25519:a_1",
                Base64.getEncoder().withoutPadding().encodeToString(bytes));
    }

    /** S + L for S: as good a solution of the equation. */
    private static byte[] malleable(byte[] signature) {
        byte[] s = new byte[32];
        for (int i = 0; i < 32; i++) {
            s[i] = signature[63 - i];
        }
        BigInteger order = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
        byte[] sum = new BigInteger(1, s).add(order).toByteArray();
        byte[] out = Arrays.copyOf(signature, 64);
        for (int i = 0; i < 32; i++) {
            out[32 + i] = i < sum.length ? sum[sum.length - 1 - i] : 0;
        }
        return out;
    }

    static Stream<Refused> refusesWithAMatrixErrorAndDisturbsNobody() {
        String unauthorized = "M_UNAUTHORIZED";
        String good = sig();
        byte[] bytes = remote().signature("GET", GOOD, TestGateway.NAME);
        char last = good.charAt(85);
        String tail = good.substring(0, 85) + (char) (last + 1);
        List<Refused> cases = new ArrayList<>(List.of(
                kept("31 absent", get(GOOD), 401, unauthorized),
                kept("32 Bearer", auth("Bearer x"), 401, unauthorized),
                kept("33 nothing behind the scheme", auth("X-Matrix"), 400, unauthorized),
                kept("34 no origin", auth("X-Matrix key=\"ed25519:a_1\",sig=\"" + good + "\""), 400, unauthorized),
                kept("34 no key", auth("X-Matrix origin=remote.example,sig=\"" + good + "\""), 400, unauthorized),
                kept("34 no sig", auth("X-Matrix origin=remote.example,key=\"ed25519:a_1\""), 400, unauthorized),
                kept("35 open quote", auth("X-Matrix origin=\"remote.example,key=\"a\",sig=\"b"), 400, unauthorized),
                kept("35 bad escape", auth("X-Matrix origin=\"remote.example\\"), 400, unauthorized),
                kept(
                        "37 signature=",
                        auth(parts("remote.example", "hs.example", "ed25519:a_1", good)
                                .replace("sig=", "signature=")),
                        400,
                        unauthorized),
                kept(
                        "40 origin twice",
                        auth("X-Matrix origin=remote.example,Origin=remote.example,key=\"ed25519:a_1\",sig=\"" + good
                                + "\""),
                        400,
                        unauthorized),
                kept(
                        "41 two origins",
                        get(
                                GOOD,
                                "Authorization: " + parts("remote.example", "hs.example", "ed25519:a_1", good),
                                "Authorization: " + parts("other.example", "hs.example", "ed25519:a_1", good)),
                        400,
                        unauthorized),
                kept("44 ourselves", auth(parts("hs.example", "hs.example", "ed25519:a_1", good)), 401, unauthorized),
                kept("45 other destination", auth(remote().authorization(GOOD, "other.example")), 401, unauthorized),
                kept("47 rsa", auth(parts("remote.example", "hs.example", "rsa:1", good)), 401, unauthorized),
                kept("47 no version", auth(parts("remote.example", "hs.example", "ed25519:", good)), 401, unauthorized),
                kept(
                        "47 key ID of 10 KB",
                        auth(parts("remote.example", "hs.example", "ed25519:" + "a".repeat(10_000), good)),
                        401,
                        unauthorized),
                kept(
                        "47 unknown key",
                        auth(parts("remote.example", "hs.example", "ed25519:b_2", good)),
                        401,
                        unauthorized),
                kept(
                        "48 not base64",
                        auth(parts("remote.example", "hs.example", "ed25519:a_1", "*".repeat(86))),
                        401,
                        unauthorized),
                kept("48 63 bytes", auth(withSignature(Arrays.copyOf(bytes, 63))), 401, unauthorized),
                kept("48 65 bytes", auth(withSignature(Arrays.copyOf(bytes, 65))), 401, unauthorized),
                kept(
                        "48 padded",
                        auth(parts("remote.example", "hs.example", "ed25519:a_1", good + "==")),
                        401,
                        unauthorized),
                kept(
                        "48 tail bits",
                        auth(parts("remote.example", "hs.example", "ed25519:a_1", tail)),
                        401,
                        unauthorized),
                kept("49 malleable", auth(withSignature(malleable(bytes))), 401, unauthorized),
                kept(
                        "50 other method",
                        auth(withSignature(remote().signature("PUT", GOOD, TestGateway.NAME))),
                        401,
                        unauthorized),
                kept(
                        "50 other target",
                        auth(withSignature(remote().signature("GET", GOOD + "0", TestGateway.NAME))),
                        401,
                        unauthorized),
                kept(
                        "50 other destination",
                        auth(withSignature(remote().signature("GET", GOOD, "other.example"))),
                        401,
                        unauthorized),
                kept(
                        "51 re-encoded query",
                        get(
                                GOOD.replace("%24", "$"),
                                "Authorization: " + remote().authorization(GOOD, TestGateway.NAME)),
                        401,
                        unauthorized),
                kept(
                        "52 other key of the same name",
                        Asker.named("remote.example").get(GOOD, TestGateway.NAME),
                        401,
                        unauthorized),
                kept(
                        "54 unknown server",
                        Asker.named("stranger.example").get(GOOD, TestGateway.NAME),
                        401,
                        unauthorized),
                kept("58 not on the whitelist", requests.unwanted.get(GOOD, TestGateway.NAME), 403, "M_FORBIDDEN"),
                kept(
                        "58 not on the whitelist, and no key known",
                        Asker.named("nobody.example").get(GOOD, TestGateway.NAME),
                        403,
                        "M_FORBIDDEN"),
                kept(
                        "58 on the whitelist with another port",
                        Asker.named("remote.example:8448").get(GOOD, TestGateway.NAME),
                        403,
                        "M_FORBIDDEN"),
                lost(
                        "57 50 headers of 8 KB",
                        get(
                                GOOD,
                                IntStream.range(0, 50)
                                        .mapToObj(i -> "Authorization: X-Matrix a=" + "a".repeat(8_000))
                                        .toArray(String[]::new)),
                        431,
                        "M_TOO_LARGE")));
        for (String origin : List.of("a b", "[::1", "x:99999", "x:-1", "x".repeat(256), "@u:x")) {
            cases.add(kept(
                    "43 origin " + origin.substring(0, Math.min(9, origin.length())),
                    auth(parts(origin, "hs.example", "ed25519:a_1", good)),
                    400,
                    unauthorized));
        }
        return cases.stream();
    }

    static Stream<Accepted> acceptsWhatOnlyLooksOdd() {
        String sig = sig();
        String good = parts("remote.example", "hs.example", "ed25519:a_1", sig);
        return Stream.of(
                new Accepted("35 needless escape", auth(good.replace("remote", "\\remote"))),
                new Accepted("36 unknown parameter", auth(good + ",new=\"a,b\\\"c\"")),
                new Accepted(
                        "38 upper case, blanks, tabs, bare colons",
                        auth("X-Matrix Origin=remote.example , DESTINATION=hs.example\t,KEY=ed25519:a_1\t,\tsIg="
                                + sig)),
                new Accepted("39 scheme in lower case", auth(good.replace("X-Matrix", "x-matrix"))),
                new Accepted(
                        "42 two keys, the second valid",
                        get(
                                GOOD,
                                "Authorization: " + good.replace("a_1", "z_9"),
                                "Authorization: Bearer x",
                                "Authorization: " + good)),
                new Accepted(
                        "42 two keys, the first valid",
                        get(GOOD, "Authorization: " + good, "Authorization: " + good.replace("a_1", "z_9"))),
                new Accepted("46 no destination", auth(good.replace("destination=\"hs.example\",", ""))));
    }

    @ParameterizedTest
    @MethodSource
    void refusesWithAMatrixErrorAndDisturbsNobody(Refused bad) throws IOException {
        requests.refuses(bad);
    }

    @ParameterizedTest
    @MethodSource
    void acceptsWhatOnlyLooksOdd(Accepted odd) throws IOException {
        requests.accepts(odd);
    }
}
