package dev.headwater.gateway.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** How far a long job has come, on standard error: a bar for a person, else a line now and then for a log. */
final class Progress implements AutoCloseable {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
    private static final int COLUMNS = 80;

    private final String task;
    private final String unit;
    private final long max;
    private final PrintWriter err;
    private final LongSupplier nanoTime;
    private final @Nullable ProgressBar bar;
    private long lastLine;

    private Progress(Surroundings surroundings, String task, String unit, long max, LongSupplier nanoTime) {
        this.task = task;
        this.unit = unit;
        this.max = max;
        this.err = surroundings.err();
        this.nanoTime = nanoTime;
        this.lastLine = nanoTime.getAsLong();
        this.bar = surroundings.terminal()
                ? new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(max)
                        .setUnit(" " + unit, 1)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setMaxRenderedLength(COLUMNS)
                        .setConsumer(new ConsoleProgressBarConsumer(System.err, COLUMNS))
                        .build()
                : null;
    }

    /** @param max what {@link #at} comes to in the end, in {@code unit} */
    static Progress of(Surroundings surroundings, String task, String unit, long max) {
        return of(surroundings, task, unit, max, System::nanoTime);
    }

    static Progress of(Surroundings surroundings, String task, String unit, long max, LongSupplier nanoTime) {
        return new Progress(surroundings, task, unit, max, nanoTime);
    }

    /** Says how much is done. */
    void at(long done) {
        if (bar != null) {
            bar.stepTo(done);
            return;
        }
        long now = nanoTime.getAsLong();
        if (now - lastLine >= BETWEEN_LINES.toNanos()) {
            lastLine = now;
            long percent = max == 0 ? 100 : 100 * done / max;
            err.println(task + ": " + done + " of " + max + " " + unit + ", " + percent + " %");
            err.flush();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
