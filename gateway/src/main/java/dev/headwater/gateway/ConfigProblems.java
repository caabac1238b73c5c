package dev.headwater.gateway;

import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts the configuration library's findings into the operator's words: key, value, expectation. */
final class ConfigProblems {
    private static final String KEY = Pattern.quote(Config.PREFIX) + "\\.(?<key>.+?)";
    private static final Pattern BAD_VALUE = Pattern.compile(
            "SRCFG00039: The config property " + KEY
                    + " with the config value \"(?<value>.*)\" threw an Exception whilst being converted (?<why>.*)",
            Pattern.DOTALL);
    private static final Pattern EMPTY =
            Pattern.compile("SRCFG00040: The config property " + KEY + " is defined as .*");
    private static final Pattern MISSING =
            Pattern.compile("SRCFG00014: The config property " + KEY + " is required .*");
    private static final Pattern UNKNOWN = Pattern.compile("SRCFG00050: " + KEY + " in .* does not map to any root");
    private static final Pattern BAD_NAME =
            Pattern.compile("(?:Exception:|being converted) (?<why>'.*)", Pattern.DOTALL);
    private static final Pattern INDEX = Pattern.compile("\\[\\d+]");

    private ConfigProblems() {}

    static List<String> of(ConfigValidationException exception) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < exception.getProblemCount(); i++) {
            lines.add(line(exception.getProblem(i).getMessage()));
        }
        return lines;
    }

    private static String line(String message) {
        Matcher matcher = BAD_VALUE.matcher(message);
        if (matcher.find()) {
            String value = StoreUri.masked(matcher.group("value"));
            String why = StoreUri.masked(matcher.group("why"));
            // An identifier's own message names the value already.
            return matcher.group("key") + ": " + (why.startsWith("'") ? why : "'" + value + "' is refused: " + why);
        }
        matcher = EMPTY.matcher(message);
        if (matcher.find()) {
            return matcher.group("key") + ": '' is refused: expected " + expectation(matcher.group("key"));
        }
        matcher = MISSING.matcher(message);
        if (matcher.find()) {
            return matcher.group("key") + ": missing; expected " + expectation(matcher.group("key"));
        }
        matcher = UNKNOWN.matcher(message);
        if (matcher.find()) {
            return matcher.group("key") + ": unknown key; expected " + siblings(matcher.group("key"));
        }
        matcher = BAD_NAME.matcher(message);
        if (matcher.find()) {
            // Values are reported with their property; names exist only under keys of this name.
            return "verify_keys: " + matcher.group("why");
        }
        return message;
    }

    private static String expectation(String key) {
        return switch (INDEX.matcher(key).replaceAll("")) {
            case "server_name" -> "the resident server's name, such as hs.example";
            case "trusted_key_servers.server_name" -> "the notary's name, such as notary.example";
            case "listeners.port" -> "a port from 1 to 65535, or 0 for a free one";
            case "listeners.tls.certificate_path" -> "a PEM file with the server's certificate";
            case "listeners.tls.private_key_path" -> "a PEM file with the certificate's key";
            case "store" -> StoreUri.EXPECTED;
            default -> "a value";
        };
    }

    /** What may stand where an unknown key stands. */
    private static String siblings(String key) {
        String pattern = INDEX.matcher(key).replaceAll("[*]");
        Set<String> names = new TreeSet<>();
        String parent = pattern;
        while (names.isEmpty()) {
            int dot = parent.lastIndexOf('.');
            parent = dot < 0 ? "" : parent.substring(0, dot);
            names.addAll(childrenOf(parent));
        }
        return (parent.isEmpty() ? "" : "under " + parent.replace("[*]", "") + " ") + "one of "
                + String.join(", ", names);
    }

    private static Collection<String> childrenOf(String parent) {
        String prefix = parent.isEmpty() ? "" : parent + ".";
        Set<String> children = new TreeSet<>();
        for (String property : properties()) {
            if (property.startsWith(prefix) && property.length() > prefix.length()) {
                children.add(property.substring(prefix.length()).replaceFirst("[.\\[].*", ""));
            }
        }
        return children;
    }

    /** All keys, {@code [*]} standing for an index and {@code *} for a name. */
    static Set<String> properties() {
        Set<String> names = new TreeSet<>();
        for (String property :
                ConfigClass.configClass(Config.class).getProperties().keySet()) {
            names.add(property.substring(Config.PREFIX.length() + 1));
        }
        return names;
    }
}
