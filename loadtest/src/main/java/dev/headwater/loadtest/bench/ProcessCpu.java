package dev.headwater.loadtest.bench;

import java.time.Duration;

/** The processor time that a process has used, in steps of the kernel's clock tick (10 ms). */
record ProcessCpu(ProcessHandle process) {
    long micros() {
        return process.info()
                        .totalCpuDuration()
                        .map(Duration::toNanos)
                        .orElseThrow(() -> new IllegalStateException(
                                "process " + process.pid() + " has ended or shows no processor time"))
                / 1_000;
    }
}
