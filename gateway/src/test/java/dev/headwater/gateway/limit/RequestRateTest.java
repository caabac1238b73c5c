package dev.headwater.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.headwater.gateway.discovery.AddressRange;
import io.github.bucket4j.TimeMeter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequestRateTest {
    private static final InetAddress GREEDY = address("198.51.100.7");

    private final AtomicLong nanos = new AtomicLong(1);

    private final TimeMeter clock = new TimeMeter() {
        @Override
        public long currentTimeNanos() {
            return nanos.get();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    };

    private static InetAddress address(String text) {
        return Objects.requireNonNull(Proxies.address(text));
    }

    private RequestRate rate(LimitOptions options, int clients) {
        return new RequestRate(options, clients, clock);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static boolean isLetThrough(RequestRate rate, InetAddress client) {
        try {
            rate.count(client);
            return true;
        } catch (TooManyRequestsException e) {
            return false;
        }
    }

    private static int letThrough(RequestRate rate, InetAddress client, int of) {
        int count = 0;
        for (int i = 0; i < of; i++) {
            count += isLetThrough(rate, client) ? 1 : 0;
        }
        return count;
    }

    @Test
    void letsABurstThroughAndThenTheRate() {
        RequestRate rate = rate(TestLimits.rate(10, 50), 100);
        assertThat(letThrough(rate, GREEDY, 200)).isEqualTo(50);
        pass(Duration.ofSeconds(1));
        assertThat(letThrough(rate, GREEDY, 200)).isEqualTo(10);
        pass(Duration.ofMillis(100));
        assertThat(letThrough(rate, GREEDY, 200)).isEqualTo(1);
        pass(Duration.ofHours(1));
        assertThat(letThrough(rate, GREEDY, 200)).isEqualTo(50);
        assertThat(rate.refused()).isEqualTo(800 - 111);
    }

    @Test
    void saysWhenToComeBack() {
        RequestRate rate = rate(TestLimits.rate(2, 1), 100);
        rate.count(GREEDY);
        Duration wait = catchThrowableOfType(TooManyRequestsException.class, () -> rate.count(GREEDY))
                .retryAfter();
        assertThat(wait).isEqualTo(Duration.ofMillis(500));
        pass(wait);
        rate.count(GREEDY);
    }

    @Test
    void countsEachClientByItself() {
        RequestRate rate = rate(TestLimits.rate(1, 3), 100);
        assertThat(letThrough(rate, GREEDY, 10)).isEqualTo(3);
        assertThat(letThrough(rate, address("198.51.100.8"), 10)).isEqualTo(3);
        assertThat(letThrough(rate, address("2001:db8::1"), 2)).isEqualTo(2);
        assertThat(letThrough(rate, address("2001:db8::2"), 10)).isEqualTo(1);
    }

    @Test
    void doesNotCountThoseBehindWhomManyMayStand() {
        RequestRate rate = rate(new LimitOptions(1, 1, 1, 1, 1, 1, 1, 1, AddressRange.LOOPBACK), 100);
        assertThat(letThrough(rate, address("127.0.0.1"), 100)).isEqualTo(100);
        assertThat(letThrough(rate, GREEDY, 100)).isEqualTo(1);
    }

    @Test
    void strangersDoNotMakeItForgetWhoAsksTooMuch() {
        RequestRate rate = rate(TestLimits.rate(1, 20), 1_000);
        assertThat(letThrough(rate, GREEDY, 40)).isEqualTo(20);
        int more = 0;
        for (int i = 0; i < 50_000; i++) {
            assertThat(isLetThrough(rate, address("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255))))
                    .isTrue();
            more += i % 50 == 0 ? letThrough(rate, GREEDY, 1) : 0;
        }
        assertThat(more).isZero();
    }

    @Test
    void refusesWithoutAStackTrace() {
        RequestRate rate = rate(TestLimits.rate(1, 1), 10);
        rate.count(GREEDY);
        assertThatExceptionOfType(TooManyRequestsException.class)
                .isThrownBy(() -> rate.count(GREEDY))
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    }
}
