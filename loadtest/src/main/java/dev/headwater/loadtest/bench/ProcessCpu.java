package dev.headwater.loadtest.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The processor time that a process has used, in steps of the kernel's clock tick (10 ms). */
record ProcessCpu(ProcessHandle process) {
    private static final long TICK_MICROS = 10_000;
    /** Fields of {@code /proc/PID/stat} behind the name in parentheses: time in user mode and in the kernel. */
    private static final int USER = 11;

    private static final int KERNEL = 12;

    long micros() {
        return process.info()
                        .totalCpuDuration()
                        .map(Duration::toNanos)
                        .orElseThrow(() -> new IllegalStateException(
                                "process " + process.pid() + " has ended or shows no processor time"))
                / 1_000;
    }

    /** As {@link #micros}, or what was found before if the process has ended. */
    long tryMicros(long before) {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(before * 1_000) / 1_000;
    }

    /** That of the compilers of a Java process; 0 where the system does not tell. */
    long compilerMicros() {
        Path tasks = Path.of("/proc", String.valueOf(process.pid()), "task");
        if (!Files.isDirectory(tasks)) {
            return 0;
        }
        try (Stream<Path> threads = Files.list(tasks)) {
            return threads.mapToLong(ProcessCpu::ofCompiler).sum();
        } catch (IOException e) {
            return 0;
        }
    }

    private static long ofCompiler(Path thread) {
        String stat;
        try {
            stat = Files.readString(thread.resolve("stat"));
        } catch (IOException e) {
            return 0; // it has ended meanwhile
        }
        int nameEnd = stat.lastIndexOf(')');
        if (!stat.substring(0, nameEnd).contains("CompilerThre")) {
            return 0;
        }
        List<String> fields = List.of(stat.substring(nameEnd + 2).split(" ", -1));
        return (Long.parseLong(fields.get(USER)) + Long.parseLong(fields.get(KERNEL))) * TICK_MICROS;
    }
}
