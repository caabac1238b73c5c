package dev.headwater.gateway.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * What a command has around it, so that a test can stand in for the process.
 *
 * @param out standard output as text
 * @param err standard error as text
 * @param in standard input
 * @param data standard output as bytes, for what another program reads; not to be mixed with {@code out}
 * @param environment the environment variables
 * @param terminal whether a person watches standard error
 */
record Surroundings(
        PrintWriter out,
        PrintWriter err,
        InputStream in,
        OutputStream data,
        Map<String, String> environment,
        boolean terminal) {
    static Surroundings ofProcess(Map<String, String> environment) {
        return new Surroundings(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                System.in,
                System.out,
                environment,
                // Of a JDK before 22, a console means that both standard input and output are terminals.
                System.console() != null);
    }

    /** Hands the surroundings to the commands whose constructor asks for them. */
    record Factory(Surroundings surroundings) implements IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            for (var constructor : type.getDeclaredConstructors()) {
                if (constructor.getParameterCount() == 1 && constructor.getParameterTypes()[0] == Surroundings.class) {
                    return type.cast(constructor.newInstance(surroundings));
                }
            }
            return CommandLine.defaultFactory().create(type);
        }
    }
}
