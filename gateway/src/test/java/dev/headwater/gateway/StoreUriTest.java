package dev.headwater.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreUriTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "memory:",
                "redis://127.0.0.1:6379/0",
                "redis://redis.example",
                "redis://[::1]:6379",
                "rediss://user:p%40ss@redis.example:6380/3",
                "redis-cluster://a:7000,b:7001,c",
                "rediss-cluster://:secret@a:7000,b",
                "redis-sentinel://a:26379,b:26379/1#main"
            })
    void takesTheStoresThatThereAre(String uri) {
        assertThat(StoreUri.parse(uri).value()).isEqualTo(uri);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "memory",
                "redis:",
                "redis://",
                "http://a",
                "redis://a:b:c",
                "redis-sentinel://a",
                "redis://a b"
            })
    void refusesOthers(String uri) {
        assertThatThrownBy(() -> StoreUri.parse(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected " + StoreUri.EXPECTED);
    }

    @Test
    void keepsThePasswordToItself() {
        assertThat(StoreUri.parse("redis://user:secret@a:1/0")).hasToString("redis://***@a:1/0");
    }
}
