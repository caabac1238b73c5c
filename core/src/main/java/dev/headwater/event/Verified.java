package dev.headwater.event;

/** What checking an event's signatures and content hash came to. */
public sealed interface Verified {
    /** The event may come into the store, whole or redacted. */
    sealed interface Accepted extends Verified {}

    /** Every needed signature and the content hash are right. */
    record AllGood() implements Accepted {}

    /** The signatures are right, the content hash is not: only the redacted copy is genuine. */
    record HashDiffers() implements Accepted {}

    /**
     * The event must not come in.
     *
     * @param message the offending value and what was expected
     */
    record Refused(Reason reason, String message) implements Verified {}

    /** Why an event was refused, for counting. */
    enum Reason {
        /** A server that had to sign it did not. */
        NOT_SIGNED,
        /** It is signed, but no key of the signature is known and valid at the event's time. */
        KEY_NOT_KNOWN,
        /** A signature under a known key is wrong. */
        SIGNATURE_WRONG,
        /** Whose signature it needs cannot be told. */
        SIGNER_UNCLEAR
    }
}
