package dev.headwater.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisConnectorTest {
    @ParameterizedTest
    @ValueSource(strings = {"6.2.0", "6.10.1", "7.0.15", "8.0-rc1", "10.1"})
    void takesAServerThatIsNewEnough(String version) {
        assertThatCode(() -> RedisConnector.check(info(version, "noeviction"))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.0.16", "5.0.14", "2.8"})
    void refusesAServerThatIsTooOld(String version) {
        assertThatThrownBy(() -> RedisConnector.check(info(version, "noeviction")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(version)
                .hasMessageContaining("6.2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"allkeys-lru", "volatile-ttl"})
    void refusesAServerThatEvictsKeys(String policy) {
        assertThatThrownBy(() -> RedisConnector.check(info("7.0.0", policy)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(policy);
    }

    private static String info(String version, String policy) {
        return "# Server\r\nredis_version:" + version + "\r\n# Memory\r\nmaxmemory_policy:" + policy + "\r\n";
    }

    @Test
    void readsEveryFormOfAddress() {
        Duration timeout = Duration.ofSeconds(3);
        RedisAddress one = RedisAddress.parse("rediss://u:p@a.example:7000/2", timeout);
        assertThat(one.cluster()).isFalse();
        assertThat(one.nodes()).singleElement().satisfies(uri -> {
            assertThat(uri.isSsl()).isTrue();
            assertThat(uri.getPort()).isEqualTo(7000);
            assertThat(uri.getDatabase()).isEqualTo(2);
            assertThat(uri.getTimeout()).isEqualTo(timeout);
        });
        RedisAddress sentinel = RedisAddress.parse("redis-sentinel://a:26379,b:26379#main", timeout);
        assertThat(sentinel.cluster()).isFalse();
        assertThat(sentinel.nodes().get(0).getSentinels()).hasSize(2);
        RedisAddress cluster = RedisAddress.parse("redis-cluster://u:p@a:7000,[::1]:7001,c", timeout);
        assertThat(cluster.cluster()).isTrue();
        assertThat(cluster.nodes()).extracting(RedisURI::getPort).containsExactly(7000, 7001, 6379);
        assertThat(cluster.nodes()).allSatisfy(uri -> {
            assertThat(uri.isSsl()).isFalse();
            assertThat(uri.getCredentialsProvider()).isNotNull();
        });
        assertThat(RedisAddress.parse("rediss-cluster://a:7000", timeout).nodes())
                .allSatisfy(uri -> assertThat(uri.isSsl()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a:6379", "http://u:secret@a", "redis-cluster://", "redis-cluster://u:secret@a:1,:2,b:x"})
    void refusesOtherAddressesWithoutQuotingPasswords(String uri) {
        assertThatThrownBy(() -> RedisAddress.parse(uri, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("redis-cluster://")
                .hasMessageNotContaining("secret")
                .hasNoCause();
        assertThat(RedisOptions.of("redis://u:secret@a")).asString().doesNotContain("secret");
    }
}
