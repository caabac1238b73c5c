package dev.headwater.redis.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Names of Lettuce's insides may change with its version. */
class LettuceLocksTest {
    @Test
    void namesMethodsThatExist() throws ReflectiveOperationException {
        assertThat(Class.forName(LettuceLocks.CONNECTIONS).getDeclaredMethods())
                .extracting(Method::getName)
                .contains(LettuceLocks.LOOK_UP, LettuceLocks.FORGET, LettuceLocks.LEARN);
        assertThat(Class.forName(LettuceLocks.WRITERS).getDeclaredMethods())
                .extracting(Method::getName)
                .contains(LettuceLocks.COUNT);
    }

    @Test
    void waitsForThoseLocksAlone() throws Exception {
        Class<?> type = Class.forName(LettuceLocks.WRITERS);
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object lock = constructor.newInstance();
        Method count = type.getDeclaredMethod(LettuceLocks.COUNT);
        count.setAccessible(true);
        Method exclusively = type.getDeclaredMethod("doExclusive", Runnable.class);
        exclusively.setAccessible(true);
        CountDownLatch held = new CountDownLatch(1);
        AtomicReference<Thread> counting = new AtomicReference<>();
        Thread holder = new Thread(() -> invoke(exclusively, lock, (Runnable) () -> {
            held.countDown();
            while (counting.get() == null || counting.get().getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }));
        holder.start();
        held.await();
        Mono<Object> counted = onAnEventLoop(() -> {
            counting.set(Thread.currentThread());
            invoke(count, lock);
        });
        counted.block();
        holder.join();
        assertThat(BlockingGuard.collect()).isEmpty();
        onAnEventLoop(() -> LockSupport.parkNanos(1)).block();
        assertThat(BlockingGuard.collect())
                .singleElement()
                .asString()
                .contains("Blocking call! jdk.internal.misc.Unsafe#park");
    }

    private static Mono<Object> onAnEventLoop(Runnable what) {
        return Mono.fromRunnable(what).subscribeOn(Schedulers.parallel());
    }

    private static void invoke(Method method, Object on, Object... arguments) {
        try {
            method.invoke(on, arguments);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
