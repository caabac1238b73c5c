package dev.headwater.gateway.cli;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import org.jspecify.annotations.Nullable;

/** How this program was called, for messages that say what to type. */
final class Program {
    private Program() {}

    /** {@code java -jar …/headwater.jar} where it runs from there, else {@code headwater}. */
    static String call() {
        Path jar = location();
        if (jar == null || !jar.endsWith("headwater.jar")) {
            return "headwater";
        }
        Path here = Path.of("").toAbsolutePath();
        return "java -jar " + (jar.startsWith(here) ? here.relativize(jar) : jar);
    }

    private static @Nullable Path location() {
        CodeSource source = Program.class.getProtectionDomain().getCodeSource();
        try {
            return source == null ? null : Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
