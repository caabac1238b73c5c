package dev.headwater.gateway.cli;

import dev.headwater.gateway.ConfigException;
import java.util.Map;
import java.util.Objects;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** The program's root command: it only has subcommands. */
@Command(
        name = "headwater",
        mixinStandardHelpOptions = true,
        versionProvider = Headwater.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Serves the history of Matrix rooms to other homeservers, from Redis.",
            "",
            "First time here? 'headwater demo' needs no configuration."
        },
        footerHeading = "%nExit status:%n",
        footer = {"  0  done", "  1  the job failed", "  2  wrong use, or an unusable configuration"},
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            ImportCommand.class,
            ExportCommand.class,
            VerifyCommand.class,
            FetchCommand.class,
            CheckCommand.class,
            KeygenCommand.class
        })
public final class Headwater {
    /** The job failed. */
    static final int FAILED = 1;
    /** The command was used wrongly, or its configuration cannot be used. */
    static final int WRONG_USE = 2;

    private Headwater() {}

    /**
     * Runs a command to its end, writing to the standard streams.
     *
     * @return the process's exit status
     */
    public static int run(String[] arguments, Map<String, String> environment) {
        Surroundings surroundings = Surroundings.ofProcess(environment);
        return commandLine(surroundings).execute(arguments);
    }

    static CommandLine commandLine(Surroundings surroundings) {
        CommandLine commandLine = new CommandLine(new Headwater(), new Surroundings.Factory(surroundings));
        commandLine.setOut(surroundings.out());
        commandLine.setErr(surroundings.err());
        OptionTypes.register(commandLine);
        // An argument that begins with @ is that argument, not a file of further ones.
        commandLine.setExpandAtFiles(false);
        commandLine.setUsageHelpAutoWidth(true);
        commandLine.setParameterExceptionHandler((exception, arguments) -> misuse(exception));
        commandLine.setExecutionExceptionHandler((exception, command, parsed) -> failure(exception, command));
        return commandLine;
    }

    private static int misuse(ParameterException exception) {
        CommandLine command = exception.getCommandLine();
        String message = Objects.requireNonNullElse(exception.getMessage(), "wrong use");
        complain(
                command,
                message.replace(System.lineSeparator(), " ") + " (see '"
                        + command.getCommandSpec().qualifiedName() + " --help')");
        return WRONG_USE;
    }

    private static int failure(Exception exception, CommandLine command) {
        if (exception instanceof ConfigException config) {
            config.problems().forEach(problem -> complain(command, problem));
            return WRONG_USE;
        }
        if (exception instanceof CommandException expected) {
            complain(command, String.valueOf(expected.getMessage()));
            return expected.status();
        }
        // Not foreseen, so a fault of ours: whoever mends it needs to see where it was.
        LoggerFactory.getLogger(Headwater.class)
                .error("'{}' ended unexpectedly", command.getCommandSpec().qualifiedName(), exception);
        return FAILED;
    }

    private static void complain(CommandLine command, String message) {
        command.getErr().println("headwater: " + message);
        command.getErr().flush();
    }

    /** The version as packaged. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Headwater.class.getPackage().getImplementationVersion();
            return new String[] {"headwater " + Objects.requireNonNullElse(version, "(not packaged)")};
        }
    }
}
