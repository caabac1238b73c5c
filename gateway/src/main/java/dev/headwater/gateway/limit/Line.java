package dev.headwater.gateway.limit;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Room for so many at once, and for so many who wait for it in the order in which they came. Nobody blocks. */
final class Line {
    private final int mostWaiting;
    private final AtomicInteger free;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Queue<Place> places = new ConcurrentLinkedQueue<>();
    private final AtomicInteger drains = new AtomicInteger();

    Line(int room, int mostWaiting) {
        this.mostWaiting = mostWaiting;
        free = new AtomicInteger(room);
    }

    int free() {
        return free.get();
    }

    int waiting() {
        return waiting.get();
    }

    /** Takes room if there is some and nobody waits for it; {@link #giveBack} must follow. */
    boolean tryEnter() {
        return waiting.get() == 0 && take();
    }

    /** Lines up; false if too many wait already. {@link Place#grant} tells when there is room. */
    boolean join(Place place) {
        if (waiting.incrementAndGet() > mostWaiting) {
            waiting.decrementAndGet();
            return false;
        }
        places.add(place);
        drain();
        return true;
    }

    /** Gives up waiting. */
    void leave(Place place) {
        if (places.remove(place)) {
            waiting.decrementAndGet();
        }
    }

    void giveBack() {
        free.incrementAndGet();
        drain();
    }

    private boolean take() {
        int room = free.get();
        while (room > 0) {
            if (free.compareAndSet(room, room - 1)) {
                return true;
            }
            room = free.get();
        }
        return false;
    }

    private void drain() {
        if (drains.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        do {
            while (!places.isEmpty() && take()) {
                Place first = places.poll();
                if (first != null) {
                    waiting.decrementAndGet();
                }
                if (first == null || !first.grant()) {
                    free.incrementAndGet();
                }
            }
            missed = drains.addAndGet(-missed);
        } while (missed != 0);
    }

    /** Who waits. */
    interface Place {
        /** There is room, and it is taken; false if it is not wanted any more. Called once at most, by any thread. */
        boolean grant();
    }
}
