package dev.headwater.gateway;

import dev.headwater.gateway.cli.Headwater;

/** The program's entry. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // Before anything loads TLS: a client of TLS 1.2 could make us pay for handshakes on one connection for ever.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        System.exit(Headwater.run(arguments, System.getenv()));
    }
}
