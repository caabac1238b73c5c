package dev.headwater.gateway;

import dev.headwater.id.KeyId;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/** Reads a {@link Config} from YAML and the environment, and finds all that is wrong with it at once. */
public final class ConfigFile {
    private static final int MAX_NOTARIES = 8;

    private ConfigFile() {}

    /**
     * Reads a file; variables {@code HEADWATER_…} of the environment take precedence over it.
     *
     * @throws ConfigException with every problem, also if the file cannot be read
     */
    public static Config load(Path file, Map<String, String> environment) {
        String yaml;
        try {
            yaml = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new ConfigException(List.of("'" + file + "' does not exist; expected a YAML file"));
        } catch (CharacterCodingException e) {
            throw new ConfigException(List.of("'" + file + "' is not UTF-8; expected a YAML file"));
        } catch (IOException e) {
            throw new ConfigException(
                    List.of("'" + file + "' cannot be read (" + e.getMessage() + "); expected a YAML file"));
        }
        Path directory = file.toAbsolutePath().getParent();
        return parse(yaml, environment, directory == null ? Path.of("") : directory);
    }

    /**
     * Reads a configuration from text.
     *
     * @param directory what relative paths are taken from
     * @throws ConfigException with every problem
     */
    public static Config parse(String yaml, Map<String, String> environment, Path directory) {
        List<String> problems = new ArrayList<>();
        Map<String, Object> tree = tree(yaml);
        ConfigEnvironment.overlay(tree, environment, problems);
        LaterKeys.remove(tree, problems);
        if (tree.get("federation_domain_whitelist") instanceof List<?> nobody && nobody.isEmpty()) {
            // The library takes it for an absent key, which would be all servers.
            problems.add(
                    "federation_domain_whitelist: '[]' is refused: expected at least one server; leave the key out to"
                            + " let all of them ask");
        }
        // The library takes an empty list for a key that it does not know.
        tree.values().removeIf(value -> value == null || value instanceof List<?> list && list.isEmpty());
        // The one default that is not a single value, and so cannot stand in Config.
        tree.putIfAbsent("listeners", List.of(Map.of("port", "8448")));
        Config config = null;
        try {
            config = map(tree, directory);
            check(config, problems);
        } catch (ConfigValidationException e) {
            problems.addAll(ConfigProblems.of(e));
        }
        if (config == null || !problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
    }

    private static Map<String, Object> tree(String yaml) {
        try {
            Object root = PlainYaml.reader().load(yaml);
            if (root == null) {
                return new LinkedHashMap<>();
            }
            if (root instanceof Map<?, ?> map) {
                Map<String, Object> tree = new LinkedHashMap<>();
                map.forEach((key, value) -> tree.put(String.valueOf(key), value));
                return tree;
            }
            throw new ConfigException(
                    List.of("the file holds no YAML mapping; expected lines such as 'server_name: hs.example'"));
        } catch (YAMLException e) {
            throw new ConfigException(List.of(describe(e)));
        }
    }

    static String describe(YAMLException e) {
        if (e instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
            return "line " + (marked.getProblemMark().getLine() + 1) + ", column "
                    + (marked.getProblemMark().getColumn() + 1) + ": " + marked.getProblem() + "; expected YAML";
        }
        return String.valueOf(e.getMessage()).replace('\n', ' ') + "; expected YAML";
    }

    private static Config map(Map<String, Object> tree, Path directory) {
        // The library flattens lists and quotes names with dots by its own rules, so it is given YAML again.
        Map<String, String> flat = new YamlConfigSource("configuration", new Yaml().dump(tree)).getProperties();
        Map<String, String> prefixed = new HashMap<>();
        flat.forEach((key, value) -> prefixed.put(Config.PREFIX + "." + key, value));
        return ConfigConverters.register(new SmallRyeConfigBuilder(), directory)
                .withSources(new PropertiesConfigSource(prefixed, "configuration", 100))
                .withMapping(Config.class)
                .withValidateUnknown(true)
                .build()
                .getConfigMapping(Config.class);
    }

    /** What no single value can tell. */
    private static void check(Config config, List<String> problems) {
        for (int i = 0; i < config.listeners().size(); i++) {
            Config.Listener listener = config.listeners().get(i);
            if (listener.trustedProxies().isPresent() && !listener.xForwarded()) {
                problems.add("listeners[" + i + "].trusted_proxies: '"
                        + listener.trustedProxies().get() + "' is refused: expected 'x_forwarded: true' beside it");
            }
        }
        config.verifyKeys().forEach((server, keys) -> checkKeys("verify_keys." + server, keys, problems));
        List<Config.TrustedKeyServer> notaries = config.trustedKeyServers();
        for (int i = 0; i < notaries.size(); i++) {
            checkKeys(
                    "trusted_key_servers[" + i + "].verify_keys",
                    notaries.get(i).verifyKeys(),
                    problems);
        }
        if (notaries.size() > MAX_NOTARIES) {
            problems.add("trusted_key_servers: '" + notaries.size() + " servers' is refused: expected at most "
                    + MAX_NOTARIES + ", since all of them are asked for every key");
        }
    }

    private static void checkKeys(String parent, Map<KeyId, String> keys, List<String> problems) {
        keys.forEach((id, key) -> {
            String name = parent + "." + id;
            if (!id.algorithm().equals("ed25519")) {
                problems.add(name + ": '" + id.algorithm() + "' is refused: expected a key ID such as ed25519:a_1");
            } else if (!isKey(key)) {
                problems.add(name + ": '" + key + "' is refused: expected 32 bytes in unpadded base64");
            }
        });
    }

    private static boolean isKey(@Nullable String text) {
        try {
            return text != null && !text.endsWith("=") && Base64.getDecoder().decode(text).length == 32;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
