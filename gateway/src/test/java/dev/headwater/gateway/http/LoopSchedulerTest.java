package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class LoopSchedulerTest {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void losesNothingThatIsOnItsWayWhenItsReceiverLeaves() {
        ByteBuf chunk = ByteBufAllocator.DEFAULT.buffer(16);
        // In one turn of the loop: the chunk is on its way to the next one, and is not wanted any more before that.
        loop.submit(() -> Flux.just(chunk)
                        .concatWith(Flux.never())
                        .publishOn(new LoopScheduler(loop), 1)
                        .doOnDiscard(ByteBuf.class, ReferenceCountUtil::release)
                        .subscribe()
                        .dispose())
                .awaitUninterruptibly();
        loop.submit(() -> {}).awaitUninterruptibly();
        assertThat(chunk.refCnt()).isZero();
    }

    @Test
    void takesBackWhatIsForLater() {
        boolean[] ran = new boolean[2];
        LoopScheduler scheduler = new LoopScheduler(loop);
        scheduler.schedule(() -> ran[0] = true, 10, TimeUnit.MILLISECONDS).dispose();
        loop.schedule(() -> ran[1] = true, 20, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        assertThat(ran).containsExactly(false, true);
    }
}
