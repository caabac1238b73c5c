package dev.headwater.gateway.cli;

import dev.headwater.gateway.Config;
import dev.headwater.gateway.ConfigFile;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names the configuration. */
final class ConfigOption {
    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "Configuration in YAML. Environment variables HEADWATER_<KEY> take precedence over it.")
    @SuppressWarnings("NullAway.Init") // picocli refuses the command without it
    Path file;

    Config load(Surroundings surroundings) {
        return ConfigFile.load(file, surroundings.environment());
    }
}
