package dev.headwater.redis.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Fails every test class during which a thread blocked that must not. BlockHound by itself throws an error there and then,
 * which a future of Lettuce's keeps to itself: nobody hears of it, and whoever waits for that future waits for ever.
 */
public final class BlockingGuard implements BlockHoundIntegration, AfterAllCallback {
    private static final Queue<Throwable> CALLS = new ConcurrentLinkedQueue<>();

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.blockingMethodCallback(method -> CALLS.add(new BlockingOperationError(method)));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        List<Throwable> calls = collect();
        if (!calls.isEmpty()) {
            throw new AssertionError(
                    calls.size() + " calls blocked a thread that must not, the first of them here", calls.get(0));
        }
    }

    /** Returns, once, what has been made since the last call. */
    static List<Throwable> collect() {
        List<Throwable> calls = new ArrayList<>();
        for (Throwable call = CALLS.poll(); call != null; call = CALLS.poll()) {
            calls.add(call);
        }
        return calls;
    }
}
