package dev.headwater.sign;

import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ObjectNode;

/**
 * The second implementation, {@code src/test/python/peer.py}, as a process beside the test. Its interpreter is that of
 * {@code PEER_PYTHON} (environment or system property); without one an environment of its own is built under
 * {@code target/peer-venv} with {@code python3} and pip. Where neither can be had, starting fails.
 */
final class Peer implements AutoCloseable {
    private static final String INTERPRETER = "PEER_PYTHON";
    private static final long INSTALL_MINUTES = 10;

    private final Process process;
    private final OutputStream requests;
    private final BufferedReader replies;

    private Peer(Process process) {
        this.process = process;
        this.requests = process.getOutputStream();
        this.replies = process.inputReader(StandardCharsets.UTF_8);
    }

    static Peer start() throws IOException, InterruptedException {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path sources = module.resolve("src/test/python");
        String python = System.getProperty(INTERPRETER, System.getenv(INTERPRETER));
        if (python == null) {
            python = built(module.resolve("target"), sources.resolve("requirements.txt"));
        }
        Process process = new ProcessBuilder(python, sources.resolve("peer.py").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new Peer(process);
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

    ObjectNode ask(ObjectNode request) throws IOException {
        requests.write(CanonicalJson.encode(request));
        requests.write('\n');
        requests.flush();
        String reply = replies.readLine();
        if (reply == null) {
            throw new IOException("the peer ended; it was asked " + request);
        }
        return StrictJson.object(reply.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException, InterruptedException {
        requests.close();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
