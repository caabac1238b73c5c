package dev.headwater.gateway;

import java.util.List;

/** A configuration that cannot be used: every problem that it has, one line each, with key, value and expectation. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
