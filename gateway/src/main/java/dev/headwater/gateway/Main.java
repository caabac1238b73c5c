package dev.headwater.gateway;

import dev.headwater.gateway.cli.Headwater;

/** The program's entry. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(Headwater.run(arguments, System.getenv()));
    }
}
