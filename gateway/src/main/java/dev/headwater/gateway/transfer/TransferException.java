package dev.headwater.gateway.transfer;

/** A transfer cannot go on; its message is fit for the operator. */
public final class TransferException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TransferException(String message) {
        super(message);
    }

    TransferException(String message, Throwable cause) {
        super(message, cause);
    }
}
