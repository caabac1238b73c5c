package dev.headwater.gateway.cli;

import dev.headwater.gateway.Config;
import dev.headwater.gateway.OpenStore;
import dev.headwater.gateway.StoreUri;
import dev.headwater.gateway.transfer.TransferException;
import dev.headwater.history.EventStore;
import dev.headwater.history.RoomContendedException;
import dev.headwater.history.StoreUnavailableException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A command's work on the configured store, from connecting to closing. */
final class StoreJob {
    private StoreJob() {}

    /**
     * Runs a job and waits for its end.
     *
     * @return what the job gave; null if nothing
     * @throws CommandException if the store or the job fails in a way that the operator can understand
     */
    static <T> @Nullable T run(Config config, String command, Function<EventStore, Mono<T>> job) {
        StoreUri uri = config.store();
        if (uri.isMemory()) {
            throw CommandException.wrongUse("store: 'memory:' ends with its process, so '" + command
                    + "' would find it empty and leave nothing behind; expected a Redis (or use 'serve --load')");
        }
        try {
            return Mono.usingWhen(OpenStore.forJobs(uri), open -> job.apply(open.store()), OpenStore::close)
                    .block();
        } catch (RuntimeException e) {
            throw explained(uri, e);
        }
    }

    /** The failure in a line for the operator, as far as it is one of those that are foreseen. */
    static RuntimeException explained(StoreUri uri, RuntimeException e) {
        if (e instanceof TransferException || e instanceof RoomContendedException) {
            return CommandException.failed(String.valueOf(e.getMessage()));
        }
        if (e instanceof StoreUnavailableException || e instanceof IllegalStateException) {
            return CommandException.failed("store: '" + uri + "' cannot be used: " + StoreUri.masked(reason(e)));
        }
        return e;
    }

    private static String reason(Throwable e) {
        String message = String.valueOf(e.getMessage());
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            String more = String.valueOf(cause.getMessage());
            if (cause.getMessage() != null && !message.contains(more)) {
                message += ": " + more;
            }
        }
        return message.replaceAll("\\s+", " ");
    }
}
