package dev.headwater.gateway.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A command that was run within the test, and what it left. */
record Ran(int status, String out, String err, byte[] data) {
    static Ran of(String... arguments) {
        return of(new byte[0], arguments);
    }

    static Ran of(byte[] in, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        Surroundings surroundings = new Surroundings(
                new PrintWriter(out), new PrintWriter(err), new ByteArrayInputStream(in), data, Map.of(), false);
        int status = Headwater.commandLine(surroundings).execute(arguments);
        return new Ran(status, out.toString(), err.toString(), data.toByteArray());
    }

    String dataText() {
        return new String(data, StandardCharsets.UTF_8);
    }
}
