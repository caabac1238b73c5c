package dev.headwater.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.ServerName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class DelegationsTest {
    private static final HostName HOST = Objects.requireNonNull(HostName.of("hs.example"));
    private static final ServerName OLD = ServerName.parse("old.example");
    private static final ServerName NEW = ServerName.parse("new.example");

    private final SettableClock clock = new SettableClock();
    private final Deque<Mono<WellKnownFetch.Result>> answers = new ArrayDeque<>();
    private final Delegations delegations = new Delegations(this::fetch, clock);
    private int asked;

    @Test
    void asksOnceForAllWhoWait() {
        Sinks.One<WellKnownFetch.Result> answer = Sinks.one();
        answers.add(answer.asMono());

        var first = delegations.of(HOST).toFuture();
        var second = delegations
                .of(Objects.requireNonNull(HostName.of("HS.Example")))
                .toFuture();
        assertThat(first).isNotDone();
        answer.tryEmitValue(new WellKnownFetch.Result(Optional.of(OLD), Duration.ofHours(24)));

        assertThat(first.join()).contains(OLD);
        assertThat(second.join()).contains(OLD);
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void goesOnWhenWhoAskedHasGone() {
        Sinks.One<WellKnownFetch.Result> answer = Sinks.one();
        answers.add(answer.asMono());

        delegations.of(HOST).subscribe().dispose();
        answer.tryEmitValue(new WellKnownFetch.Result(Optional.of(OLD), Duration.ofHours(24)));

        assertThat(known()).contains(OLD);
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void asksAnewInTheLastFifthOfTheLifetimeWithoutLettingAnybodyWait() {
        says(OLD, Duration.ofHours(10));
        assertThat(known()).contains(OLD);
        clock.advance(Duration.ofHours(8).minusSeconds(1));
        assertThat(known()).contains(OLD);
        assertThat(asked).isEqualTo(1);

        Sinks.One<WellKnownFetch.Result> answer = Sinks.one();
        answers.add(answer.asMono());
        clock.advance(Duration.ofSeconds(1));
        assertThat(known()).contains(OLD);
        assertThat(known()).contains(OLD);
        assertThat(asked).isEqualTo(2);

        answer.tryEmitValue(new WellKnownFetch.Result(Optional.of(NEW), Duration.ofHours(10)));
        assertThat(known()).contains(NEW);
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void keepsADelegationToItsEndWhileItCannotBeAskedForAnew() {
        says(OLD, Duration.ofHours(10));
        assertThat(known()).contains(OLD);
        clock.advance(Duration.ofHours(8));
        fails();
        known();
        assertThat(known()).contains(OLD);
        assertThat(asked).isEqualTo(2);

        // Again after two minutes, then after four.
        clock.advance(Duration.ofMinutes(2));
        fails();
        known();
        assertThat(known()).contains(OLD);
        assertThat(asked).isEqualTo(3);
        clock.advance(Duration.ofMinutes(4).minusSeconds(1));
        assertThat(known()).contains(OLD);
        assertThat(asked).isEqualTo(3);

        clock.advance(Duration.ofHours(2));
        fails();
        assertThat(known()).isEmpty();
        assertThat(asked).isEqualTo(4);
    }

    @Test
    void aDelegationThatWasTakenBackEndsAtOnce() {
        says(OLD, Duration.ofHours(10));
        assertThat(known()).contains(OLD);
        clock.advance(Duration.ofHours(8));
        says(null, Delegations.OF_NOTHING);
        known();

        assertThat(known()).isEmpty();
    }

    @Test
    void believesForAnHourThatThereIsNone() {
        says(null, Delegations.OF_NOTHING);
        assertThat(known()).isEmpty();
        clock.advance(Duration.ofHours(1).minusSeconds(1));
        assertThat(known()).isEmpty();
        assertThat(asked).isEqualTo(1);

        clock.advance(Duration.ofSeconds(1));
        says(NEW, Duration.ofHours(1));
        assertThat(known()).contains(NEW);
    }

    @Test
    void waitsLongerAfterEachFailureUpToAnHour() {
        for (int minutes : new int[] {2, 4, 8, 16, 32, 60, 60}) {
            int before = asked;
            fails();
            assertThat(known()).isEmpty();
            assertThat(asked).isEqualTo(before + 1);
            clock.advance(Duration.ofMinutes(minutes).minusSeconds(1));
            assertThat(known()).isEmpty();
            assertThat(asked).isEqualTo(before + 1);
            clock.advance(Duration.ofSeconds(1));
        }
        says(NEW, Duration.ofHours(1));
        assertThat(known()).contains(NEW);
    }

    private Optional<ServerName> known() {
        return Objects.requireNonNull(delegations.of(HOST).block(Duration.ofSeconds(5)));
    }

    private void says(@Nullable ServerName server, Duration lifetime) {
        answers.add(Mono.just(new WellKnownFetch.Result(Optional.ofNullable(server), lifetime)));
    }

    private void fails() {
        answers.add(Mono.just(new WellKnownFetch.Result(Optional.empty(), null)));
    }

    private Mono<WellKnownFetch.Result> fetch(HostName host, Duration ofNothing) {
        assertThat(ofNothing).isEqualTo(Delegations.OF_NOTHING);
        return Mono.defer(() -> {
            asked++;
            return answers.remove();
        });
    }
}
