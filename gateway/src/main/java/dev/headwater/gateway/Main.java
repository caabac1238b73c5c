package dev.headwater.gateway;

import dev.headwater.gateway.cli.Headwater;

/** The program's entry. */
public final class Main {
    private Main() {}

    /** Sets what TLS and Netty read when they are loaded; to be called before anything loads them. */
    public static void prepare() {
        // A client of TLS 1.2 could make us pay for handshakes on one connection for ever.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        // Netty follows one buffer of 128 to see whether it leaks, which takes 2 % of a request. One of 4,096 tells
        // too.
        System.getProperties().putIfAbsent("io.netty.leakDetection.samplingInterval", "4096");
    }

    public static void main(String[] arguments) {
        prepare();
        System.exit(Headwater.run(arguments, System.getenv()));
    }
}
