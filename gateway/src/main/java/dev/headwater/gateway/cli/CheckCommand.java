package dev.headwater.gateway.cli;

import dev.headwater.gateway.ConfigFiles;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code headwater check}: the configuration, all errors at once. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = Headwater.Version.class,
        description = {
            "Checks a configuration without starting anything.",
            "",
            "Writes one line per error: the key, its value and what was expected."
        },
        footer = {"", "Example:", "  headwater check --config headwater.yaml", "", "Exit status: 0 usable, 2 not."})
final class CheckCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final ConfigOption config = new ConfigOption();

    CheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        ConfigFiles.check(config.load(surroundings));
        surroundings.out().println(config.file + " is usable");
        return 0;
    }
}
