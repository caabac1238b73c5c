package dev.headwater.gateway;

import dev.headwater.gateway.discovery.AddressRange;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.Converter;
import org.jspecify.annotations.Nullable;

/** Text to typed values. Each refusal says only what was expected: key and value are put before it by {@link ConfigProblems}. */
final class ConfigConverters {
    // Above the library's own converters, which have 1.
    private static final int PRIORITY = 1000;
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private ConfigConverters() {}

    static SmallRyeConfigBuilder register(SmallRyeConfigBuilder builder, Path directory) {
        return builder.withConverter(ServerName.class, PRIORITY, ServerName::parse)
                .withConverter(KeyId.class, PRIORITY, KeyId::parse)
                .withConverter(StoreUri.class, PRIORITY, StoreUri::parse)
                .withConverter(Duration.class, PRIORITY, ConfigConverters::duration)
                .withConverter(Boolean.class, PRIORITY, ConfigConverters::yesOrNo)
                .withConverter(AddressRange.class, PRIORITY, AddressRange::parse)
                // The library asks for the value of an absent key too, as "", and takes null as absent.
                .withConverter(Path.class, PRIORITY, text -> text.isEmpty() ? null : directory.resolve(text))
                .withConverter(Config.ListenerType.class, PRIORITY, text -> constant(Config.ListenerType.class, text))
                .withConverter(Config.Ack.class, PRIORITY, text -> constant(Config.Ack.class, text))
                .withConverter(Config.MinDepth.class, PRIORITY, text -> constant(Config.MinDepth.class, text));
    }

    static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("expected a duration such as 500ms, 5s, 2m or 1h");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    /** The library's own takes every word that it does not know for "false". */
    private static Boolean yesOrNo(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("expected true or false");
        };
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("expected "
                + Arrays.stream(type.getEnumConstants())
                        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(" or ")));
    }

    private static int between(String text, int lowest, int highest, String expected) {
        // Nine digits always fit an int.
        if (text.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= lowest && number <= highest) {
                return number;
            }
        }
        throw new IllegalArgumentException("expected " + expected);
    }

    /** A port, or 0 for a free one. Public, as the others here, since the library calls its constructor. */
    public static final class PortNumber implements Converter<Integer> {
        private static final long serialVersionUID = 1L;

        public PortNumber() {}

        @Override
        public Integer convert(String text) {
            return between(text, 0, 65_535, "a port from 1 to 65535, or 0 for a free one");
        }
    }

    /** A count that may be 0. */
    public static final class FromZero implements Converter<Integer> {
        private static final long serialVersionUID = 1L;

        public FromZero() {}

        @Override
        public Integer convert(String text) {
            return between(text, 0, 999_999_999, "a whole number from 0");
        }
    }

    /** A count that is not 0. */
    public static final class FromOne implements Converter<Integer> {
        private static final long serialVersionUID = 1L;

        public FromOne() {}

        @Override
        public @Nullable Integer convert(String text) {
            if (text.isEmpty()) {
                return null; // asked for an absent key
            }
            return between(text, 1, 999_999_999, "a whole number from 1");
        }
    }

    /** A limit on what is held at once. */
    public static final class Bytes implements Converter<Integer> {
        private static final long serialVersionUID = 1L;

        public Bytes() {}

        @Override
        public Integer convert(String text) {
            return between(text, 1024, 1 << 24, "a number of bytes from 1024 to 16777216");
        }
    }

    /** An amount of memory, or 0 for none. */
    public static final class AnyBytes implements Converter<Long> {
        private static final long serialVersionUID = 1L;

        public AnyBytes() {}

        @Override
        public @Nullable Long convert(String text) {
            if (text.isEmpty()) {
                return null; // asked for an absent key
            }
            if (!text.matches("[0-9]{1,18}")) {
                throw new IllegalArgumentException("expected a number of bytes, or 0");
            }
            return Long.valueOf(text);
        }
    }
}
