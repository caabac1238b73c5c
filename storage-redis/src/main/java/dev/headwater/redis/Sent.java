package dev.headwater.redis;

import io.lettuce.core.RedisFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * One command: sent on subscription, forgotten on cancellation. Empty if the answer is nil. A failure that comes after
 * cancellation has nobody to go to, and is no error.
 */
final class Sent<T> extends Mono<T> {
    private final Supplier<RedisFuture<T>> command;

    Sent(Supplier<RedisFuture<T>> command) {
        this.command = command;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        RedisFuture<T> answer;
        try {
            answer = command.get();
        } catch (RuntimeException e) {
            Operators.error(actual, e);
            return;
        }
        Answered<T> answered = new Answered<>(actual, answer);
        actual.onSubscribe(answered);
        answer.whenComplete(answered);
    }

    private static final class Answered<T> extends Operators.MonoSubscriber<T, T>
            implements BiConsumer<@Nullable T, @Nullable Throwable> {
        private final RedisFuture<T> answer;

        Answered(CoreSubscriber<? super T> actual, RedisFuture<T> answer) {
            super(actual);
            this.answer = answer;
        }

        @Override
        public void accept(@Nullable T value, @Nullable Throwable failure) {
            if (isCancelled()) {
                return;
            }
            try {
                pass(value, failure);
            } catch (Throwable thrown) {
                // The future would keep it to itself.
                Operators.onErrorDropped(thrown, currentContext());
            }
        }

        private void pass(@Nullable T value, @Nullable Throwable failure) {
            if (failure != null) {
                actual.onError(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            } else if (value != null) {
                complete(value);
            } else {
                actual.onComplete();
            }
        }

        @Override
        public void cancel() {
            super.cancel();
            answer.cancel(true);
        }
    }
}
