package dev.headwater.sign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The Python that runs Synapse's code beside a test: that of {@code PEER_PYTHON} (environment or system property), else an
 * environment of its own, built under {@code core/target/peer-venv} with {@code python3} and pip.
 */
public final class PeerPython {
    private static final String INTERPRETER = "PEER_PYTHON";
    private static final long INSTALL_MINUTES = 10;

    private PeerPython() {}

    /** Its path; where none can be had, this fails. */
    public static String interpreter() throws IOException, InterruptedException {
        String named = System.getProperty(INTERPRETER, System.getenv(INTERPRETER));
        return named == null
                ? built(module("core").resolve("target"), module("core").resolve("src/test/python/requirements.txt"))
                : named;
    }

    /** The directory of a module, from that of whichever is being built. */
    public static Path module(String name) {
        return Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolveSibling(name);
    }

    private static String built(Path target, Path requirements) throws IOException, InterruptedException {
        Path environment = target.resolve("peer-venv");
        Path python = environment.resolve("bin/python");
        Path stamp = environment.resolve("installed.txt");
        String wanted = Files.readString(requirements);
        if (!Files.exists(stamp) || !Files.readString(stamp).equals(wanted)) {
            Files.createDirectories(target);
            run(target, "python3", "-m", "venv", "--clear", environment.toString());
            run(
                    target,
                    python.toString(),
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "-r",
                    requirements.toString());
            Files.writeString(stamp, wanted);
        }
        return python.toString();
    }

    private static void run(Path log, String... command) throws IOException, InterruptedException {
        Path output = log.resolve("peer-venv.log");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            throw failed(command, e.toString());
        }
        if (!process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw failed(command, "not done after " + INSTALL_MINUTES + " minutes");
        }
        if (process.exitValue() != 0) {
            throw failed(command, Files.readString(output));
        }
    }

    private static AssertionError failed(String[] command, String why) {
        return new AssertionError("The comparison with a second implementation needs Python 3 with the packages of"
                + " core/src/test/python/requirements.txt. Set " + INTERPRETER + " to an interpreter that has them, or"
                + " mend this: " + String.join(" ", command) + "\n" + why);
    }
}
