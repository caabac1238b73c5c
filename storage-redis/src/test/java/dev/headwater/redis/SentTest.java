package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Hooks;

final class SentTest {
    @AfterEach
    void resetHooks() {
        Hooks.resetOnErrorDropped();
    }

    @Test
    void reportsWhatEscapesFromTheWayOfAnAnswer() {
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        Hooks.onErrorDropped(reported::add);
        var output = new StatusOutput<>(StringCodec.UTF8);
        var command = new AsyncCommand<>(new Command<>(CommandType.PING, output));
        Error escaping = new AssertionError("escaping");
        new Sent<>(() -> command).subscribe(new Throwing(escaping));
        output.set(ByteBuffer.wrap("PONG".getBytes(UTF_8)));
        command.complete();
        assertThat(reported).containsExactly(escaping);
    }

    private record Throwing(Error thrown) implements CoreSubscriber<String> {
        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(1);
        }

        @Override
        public void onNext(String answer) {
            throw thrown;
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }
}
