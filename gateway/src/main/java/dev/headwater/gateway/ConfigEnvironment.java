package dev.headwater.gateway;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Configuration from environment variables: {@code HEADWATER_} and the key in capitals with {@code _} for dots
 * ({@code HEADWATER_BACKFILL_MAX_LIMIT=200}). A list or a map is written as YAML
 * ({@code HEADWATER_LISTENERS='[{port: 8448}]'}) and replaces that of the file.
 */
final class ConfigEnvironment {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigEnvironment.class);
    private static final String PREFIX = "HEADWATER_";

    private ConfigEnvironment() {}

    /** Lays the variables over the tree, and adds a line for each that cannot be read; warns of those that name no key. */
    static void overlay(Map<String, Object> tree, Map<String, String> environment, List<String> problems) {
        Map<String, String> keys = keysByVariable();
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith(PREFIX) || isOfKubernetes(name)) {
                continue;
            }
            String key = keys.get(name);
            if (key == null) {
                // Unlike a key in the file it may well be meant for somebody else: a script, an image, a service
                // manager.
                LOG.warn("{} names no key and is left alone; known are {}", name, String.join(", ", keys.keySet()));
                continue;
            }
            try {
                put(tree, key, variable.getValue());
            } catch (YAMLException e) {
                problems.add(name + ": '" + variable.getValue() + "' is refused: " + ConfigFile.describe(e));
            }
        }
    }

    /** A cluster's service called "headwater" puts these into every container of its namespace. */
    private static boolean isOfKubernetes(String name) {
        return name.startsWith(PREFIX + "SERVICE_")
                || name.equals(PREFIX + "PORT")
                || name.startsWith(PREFIX + "PORT_");
    }

    private static Map<String, String> keysByVariable() {
        Map<String, String> keys = new TreeMap<>();
        for (String property : ConfigProblems.properties()) {
            String key = property.replaceFirst("(\\[|\\.)\\*.*", "");
            boolean many = property.length() > key.length();
            keys.merge(
                    PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_'),
                    many ? key + "*" : key,
                    (one, other) -> one.endsWith("*") ? one : other);
        }
        return keys;
    }

    private static void put(Map<String, Object> tree, String key, String text) {
        boolean many = key.endsWith("*");
        String[] names = (many ? key.substring(0, key.length() - 1) : key).split("\\.");
        Map<String, Object> level = tree;
        for (int i = 0; i < names.length - 1; i++) {
            level = child(level, names[i]);
        }
        // A single value is taken as it stands: "memory:" would be a mapping in YAML.
        level.put(names[names.length - 1], many ? PlainYaml.reader().load(text) : text);
    }

    private static Map<String, Object> child(Map<String, Object> level, String name) {
        Map<String, Object> child = new LinkedHashMap<>();
        if (level.get(name) instanceof Map<?, ?> there) {
            there.forEach((key, value) -> child.put(String.valueOf(key), value));
        }
        level.put(name, child);
        return child;
    }
}
