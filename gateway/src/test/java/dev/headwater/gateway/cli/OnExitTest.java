package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class OnExitTest {
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final OnExit onExit = new OnExit();

    @Test
    void doesWhatWasAddedLastFirst() {
        onExit.add(() -> done.add("first"));
        onExit.add(() -> done.add("last"));

        onExit.close();

        assertThat(done).containsExactly("last", "first");
    }

    @Test
    void doesOneAfterTheOtherWhenTwoEndIt() throws InterruptedException {
        Thread other = new Thread(onExit::close);
        onExit.add(() -> done.add("first"));
        onExit.add(() -> {
            other.start();
            awaitThatItWaitsOrEnds(other);
            done.add("last");
        });

        onExit.close();
        other.join();

        assertThat(done).containsExactly("last", "first");
    }

    @Test
    void doesAtOnceWhatIsAddedAfterTheEnd() {
        onExit.close();

        onExit.add(() -> done.add("late"));

        assertThat(done).containsExactly("late");
    }

    @Test
    void doesWhatATaskAddsBeforeWhatIsLeft() {
        onExit.add(() -> done.add("first"));
        onExit.add(() -> onExit.add(() -> done.add("added")));

        onExit.close();

        assertThat(done).containsExactly("added", "first");
    }

    private static void awaitThatItWaitsOrEnds(Thread thread) {
        Awaitility.await()
                .until(() -> thread.getState() == Thread.State.BLOCKED || thread.getState() == Thread.State.TERMINATED);
    }
}
