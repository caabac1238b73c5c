package dev.headwater.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class LeasesTest {
    private static final Duration LENGTH = Duration.ofMillis(250);

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger reads = new AtomicInteger();
    private final Leases<String, Integer> leases = new Leases<>(LENGTH, 1_000, answer -> 1, nanos::get);

    @Test
    void answersAgainWithoutReadingWhileTheLeaseLasts() {
        assertThat(read()).isEqualTo(1);
        nanos.addAndGet(LENGTH.toNanos() - 1);

        assertThat(read()).isEqualTo(1);

        nanos.addAndGet(1);
        assertThat(read()).isEqualTo(2);
    }

    @Test
    void countsFromWhenItWasAskedNotFromTheAnswer() {
        Sinks.One<Integer> slow = Sinks.one();
        leases.next("key", slow::asMono).subscribe();
        nanos.addAndGet(LENGTH.toNanos());
        slow.tryEmitValue(-1).orThrow();

        assertThat(read()).isEqualTo(1);
    }

    @Test
    void givesNoLeaseToWhatWasAskedBeforeAllWereEnded() {
        Sinks.One<Integer> slow = Sinks.one();
        List<Integer> answers = new ArrayList<>();
        leases.next("key", slow::asMono).subscribe(answers::add);
        leases.end();
        slow.tryEmitValue(-1).orThrow();

        assertThat(answers).containsExactly(-1);
        assertThat(read()).isEqualTo(1);
    }

    @Test
    void keepsTheLaterOfTwoAnswersWhicheverComesLast() throws InterruptedException {
        Sinks.One<Integer> slow = Sinks.one();
        leases.next("key", slow::asMono).subscribe();
        nanos.addAndGet(1);
        Thread other = new Thread(this::read);
        other.start();
        other.join();
        slow.tryEmitValue(-1).orThrow();

        assertThat(read()).isEqualTo(1);
        assertThat(reads).hasValue(1);
    }

    @Test
    void endsThoseThatAreMeantAlone() {
        read();
        leases.next("other", () -> Mono.just(7)).block();

        leases.end("key"::equals);

        assertThat(leases.next("other", () -> Mono.just(8)).block()).isEqualTo(7);
        assertThat(read()).isEqualTo(2);
    }

    @Test
    void asksAgainAtOnceWhereThereWasNoAnswer() {
        assertThat(leases.next("key", Mono::empty).block()).isNull();

        assertThat(read()).isEqualTo(1);
    }

    private int read() {
        return leases.next("key", () -> Mono.fromSupplier(reads::incrementAndGet))
                .blockOptional()
                .orElseThrow();
    }
}
