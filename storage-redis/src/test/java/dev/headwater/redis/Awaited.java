package dev.headwater.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Values that a test insists on. */
final class Awaited {
    private Awaited() {}

    static <T> T value(Mono<T> mono) {
        return present(mono.block());
    }

    static <T> T present(@Nullable T value) {
        assertThat(value).isNotNull();
        return Objects.requireNonNull(value);
    }
}
