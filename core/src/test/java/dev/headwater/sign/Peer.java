package dev.headwater.sign;

import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ObjectNode;

/** The second implementation, {@code src/test/python/peer.py}, as a process beside the test. */
public final class Peer implements AutoCloseable {
    private final Process process;
    private final OutputStream requests;
    private final BufferedReader replies;

    private Peer(Process process) {
        this.process = process;
        this.requests = process.getOutputStream();
        this.replies = process.inputReader(StandardCharsets.UTF_8);
    }

    public static Peer start() throws IOException, InterruptedException {
        Path script = PeerPython.module("core").resolve("src/test/python/peer.py");
        Process process = new ProcessBuilder(PeerPython.interpreter(), script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new Peer(process);
    }

    public ObjectNode ask(ObjectNode request) throws IOException {
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
