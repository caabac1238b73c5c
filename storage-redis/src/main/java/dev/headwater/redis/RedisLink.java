package dev.headwater.redis;

import dev.headwater.history.StoreUnavailableException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Commands to Redis as Monos: each is sent on subscription, ends within its time, and is forgotten on
 * cancellation.
 *
 * <p>Not Lettuce's reactive commands: under slow demand those stop reading the connection, which all share.
 */
final class RedisLink {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final Lanes lanes;
    private final boolean cluster;
    private final RedisOptions options;

    RedisLink(Lanes lanes, boolean cluster, RedisOptions options) {
        this.lanes = lanes;
        this.cluster = cluster;
        this.options = options;
    }

    interface Command<T> extends Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> {}

    /** Sends one command. Its failure is Redis' own; {@link #reading} and {@link #writing} translate it. */
    <T> Mono<T> send(Command<T> command) {
        Mono<T> sent = new Sent<>(() -> command.apply(lanes.current()));
        // A node that has just become a master is not connected yet, and Lettuce refuses the commands that would
        // connect.
        return cluster
                ? sent.retryWhen(Retry.backoff(4, FIRST_PAUSE)
                        .maxBackoff(FIRST_PAUSE)
                        .filter(RedisLink::isNotConnected)
                        .onRetryExhaustedThrow((spec, signal) -> signal.failure()))
                : sent;
    }

    private static boolean isNotConnected(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof RedisException && message != null && message.startsWith("Currently not connected");
    }

    /** Runs a script that answers with a list; absent values in it are null. */
    Mono<List<byte[]>> list(RedisScript script, List<byte[]> keys, List<byte[]> arguments) {
        return run(script, ScriptOutputType.MULTI, keys, arguments);
    }

    Mono<Long> number(RedisScript script, List<byte[]> keys, List<byte[]> arguments) {
        return run(script, ScriptOutputType.INTEGER, keys, arguments);
    }

    private <T> Mono<T> within(Mono<T> call, Duration allowed) {
        return new Deadline<>(call, allowed, lanes.timer(), lanes::loop);
    }

    /** Bounds a read and names its failures. */
    <T> Mono<T> reading(Mono<T> read) {
        return within(read, options.readTimeout()).onErrorMap(RedisLink::translated);
    }

    /** Bounds a read of several keys, which goes the other way, with more patience, while the slot moves. */
    <T> Mono<T> reading(Mono<T> read, Mono<T> whileSlotMoves) {
        return within(read, options.readTimeout())
                .onErrorResume(RedisLink::isSlotMoving, moving -> within(whileSlotMoves, options.movingSlotPatience()))
                .onErrorMap(RedisLink::translated);
    }

    /** Bounds a write, tries it again for a while if the slot moves, and names its failures. The write must be idempotent. */
    <T> Mono<T> writing(Mono<T> write) {
        long attempts = options.movingSlotPatience().dividedBy(LONGEST_PAUSE) + 5;
        return within(write, options.writeTimeout())
                .retryWhen(Retry.backoff(attempts, FIRST_PAUSE)
                        .maxBackoff(LONGEST_PAUSE)
                        .filter(RedisLink::isSlotMoving)
                        .onRetryExhaustedThrow((spec, signal) -> signal.failure()))
                .onErrorMap(RedisLink::translated);
    }

    /** Whether Redis refuses a command of several keys because some of them stand on another node for the moment. */
    static boolean isSlotMoving(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof RedisCommandExecutionException
                && message != null
                && (message.startsWith("TRYAGAIN") || message.contains("attempted to access a non local key"));
    }

    static Throwable translated(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return new StoreUnavailableException("Redis does not answer in time", failure);
        }
        // A connection that breaks under way fails its commands with what the socket said.
        if (failure instanceof RedisException || failure instanceof IOException) {
            return new StoreUnavailableException("Redis is unavailable: " + failure.getMessage(), failure);
        }
        if (failure instanceof UnreadableRecordException) {
            return new StoreUnavailableException("Redis holds what cannot be read: " + failure.getMessage(), failure);
        }
        return failure;
    }

    private <T> Mono<T> run(RedisScript script, ScriptOutputType type, List<byte[]> keys, List<byte[]> arguments) {
        byte[][] keyArray = keys.toArray(byte[][]::new);
        byte[][] argumentArray = arguments.toArray(byte[][]::new);
        return this.<T>send(redis -> redis.evalsha(script.digest(), type, keyArray, argumentArray))
                .onErrorResume(
                        RedisNoScriptException.class,
                        unknown -> send(redis -> redis.eval(script.text(), type, keyArray, argumentArray)));
    }
}
