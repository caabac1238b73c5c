package dev.headwater.gateway.cli;

/** Ends a command with one line for the operator, which names the offending value and what was expected. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    private CommandException(String message, int status) {
        super(message);
        this.status = status;
    }

    /** The job was understood, and could not be done. */
    static CommandException failed(String message) {
        return new CommandException(message, Headwater.FAILED);
    }

    /** The command was called in a way that cannot be meant. */
    static CommandException wrongUse(String message) {
        return new CommandException(message, Headwater.WRONG_USE);
    }

    int status() {
        return status;
    }
}
