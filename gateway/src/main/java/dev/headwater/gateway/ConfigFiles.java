package dev.headwater.gateway;

import dev.headwater.gateway.tls.TlsFileException;
import dev.headwater.gateway.tls.TlsFiles;
import java.util.ArrayList;
import java.util.List;

/** The files that a configuration names. */
public final class ConfigFiles {
    private ConfigFiles() {}

    /**
     * Reads them.
     *
     * @throws ConfigException with the key of each that cannot be used
     */
    public static void check(Config config) {
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < config.listeners().size(); i++) {
            String prefix = "listeners[" + i + "].tls.";
            config.listeners().get(i).tls().ifPresent(tls -> {
                try {
                    of(tls).check();
                } catch (TlsFileException e) {
                    problems.add(prefix + e.key() + ": " + e.getMessage());
                }
            });
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    static TlsFiles of(Config.Tls tls) {
        return new TlsFiles(tls.certificatePath(), tls.privateKeyPath());
    }
}
