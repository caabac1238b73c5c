package dev.headwater.redis.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class LeakGuardTest {
    @Test
    void reportsABufferThatWasLostAndSaysWhereItWas() throws InterruptedException {
        assertThat(LeakGuard.collect()).isEmpty();
        loseOne();
        assertThat(LeakGuard.collect()).singleElement().asString().contains("ByteBuf", "lost on purpose", "loseOne");
        assertThat(LeakGuard.collect()).isEmpty();
    }

    @Test
    void reportsNothingIfAllWasReleased() throws InterruptedException {
        for (int i = 0; i < 1_000; i++) {
            PooledByteBufAllocator.DEFAULT.directBuffer(1024).release();
            Unpooled.directBuffer(16).release();
        }
        assertThat(LeakGuard.collect()).isEmpty();
    }

    private static void loseOne() {
        PooledByteBufAllocator.DEFAULT.directBuffer(16).touch("lost on purpose");
    }
}
