package dev.headwater.loadtest.traffic;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.bodyBytes;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jmesPath;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.CheckBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * History traffic as a front-end sees it: many rooms, few of them busy; several servers, each with its own key; walks of
 * mixed lengths and starting points; and bursts, when servers join a large room at once and each reads its way back.
 *
 * <p>A request counts as failed unless its answer is a 200 and ends as JSON: an aborted response is not a short one.
 */
public final class HistoryTraffic extends Simulation {
    private static final String ASK = "ask";
    private static final String PARENTS = "parents";

    private final Asks asks =
            new Asks(Traffic.read(Path.of(required("traffic"))), Double.parseDouble(System.getProperty("skew", "1.1")));
    private final Random random = new Random(Long.getLong("seed", 1));
    private final Duration time = Duration.ofSeconds(Integer.getInteger("seconds", 60));
    /** Gatling cannot ramp over less than a second. */
    private final Duration warmUp =
            Duration.ofSeconds(Math.max(1, time.dividedBy(6).toSeconds()));

    private final double rate = Double.parseDouble(System.getProperty("rate", "50"));
    private final int joiners = Integer.getInteger("joiners", 20);
    private final int pages = Integer.getInteger("pages", 5);

    /** Several addresses, if there are commas in it, are asked in turn, as a load balancer in front of them would. */
    private final HttpProtocolBuilder protocol = http.baseUrls(
                    List.of(required("url").split(",")))
            .disableUrlEncoding() // the signature covers the target as it stands
            .disableCaching()
            .disableFollowRedirect()
            .shareConnections() // a homeserver keeps its connections
            .userAgentHeader("headwater-loadtest");

    private final ChainBuilder somewhere = exec(picked((session, dice) -> asks.backfill(dice)))
            .exec(sent().check(bodyBytes().transform(HistoryTraffic::isWhole).is(true)));

    private final ChainBuilder wayBack = exec(picked((session, dice) -> asks.join(dice)))
            .exec(sent().check(parents()))
            .exitHereIfFailed()
            .exec(repeat(pages - 1)
                    .on(exec(picked((session, dice) -> asks.further(dice, session.getList(PARENTS))))
                            .exec(sent().check(parents()))
                            .exitHereIfFailed()));

    private final ScenarioBuilder ordinary = scenario("ordinary").exec(somewhere);
    private final ScenarioBuilder burst = scenario("joining a large room").exec(wayBack);

    public HistoryTraffic() {
        setUp(
                        ordinary.injectOpen(
                                rampUsersPerSec(1).to(rate).during(warmUp),
                                constantUsersPerSec(rate).during(time)),
                        burst.injectOpen(
                                nothingFor(time.dividedBy(3)),
                                atOnceUsers(joiners),
                                nothingFor(time.dividedBy(3)),
                                atOnceUsers(joiners)))
                .protocols(protocol)
                .assertions(global().failedRequests().count().is(0L));
    }

    private Function<Session, Session> picked(BiFunction<Session, Random, Ask> choice) {
        return session -> {
            synchronized (random) {
                return session.set(ASK, choice.apply(session, random));
            }
        };
    }

    private static HttpRequestActionBuilder sent() {
        return http((Session session) -> ask(session).name())
                .get((Session session) -> ask(session).target())
                .header("Authorization", (Session session) -> ask(session).authorization())
                .check(status().is(200));
    }

    private static Ask ask(Session session) {
        Ask ask = session.get(ASK);
        if (ask == null) {
            throw new IllegalStateException("a request is sent before it is picked");
        }
        return ask;
    }

    /** The parents of the oldest event given: where the next walk begins. */
    private static CheckBuilder parents() {
        return jmesPath("pdus[-1].prev_events").ofList().saveAs(PARENTS);
    }

    private static boolean isWhole(byte[] body) {
        return body.length > 2 && body[body.length - 2] == ']' && body[body.length - 1] == '}';
    }

    private static String required(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("-D" + name + "=… is missing; see loadtest/gatling --help");
        }
        return value;
    }
}
