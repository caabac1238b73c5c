package dev.headwater.gateway.cli;

import dev.headwater.gateway.StoreUri;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.room.RoomVersion;
import java.time.Duration;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The values that options take, each with what is expected of it. */
final class OptionTypes {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,7})(ms|s|m)");

    private OptionTypes() {}

    static void register(CommandLine commandLine) {
        commandLine.registerConverter(ServerName.class, saying(ServerName::parse));
        commandLine.registerConverter(RoomId.class, saying(RoomId::parse));
        commandLine.registerConverter(EventId.class, saying(EventId::parse));
        commandLine.registerConverter(StoreUri.class, saying(text -> named(text, StoreUri::parse)));
        commandLine.registerConverter(Duration.class, saying(OptionTypes::duration));
        commandLine.registerConverter(RoomVersion.class, saying(OptionTypes::roomVersion));
    }

    private static <T> ITypeConverter<T> saying(Function<String, T> parse) {
        return text -> {
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    private static <T> T named(String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + StoreUri.masked(text) + "' is refused: " + e.getMessage(), e);
        }
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a duration such as 500ms, 5s or 2m");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            default -> Duration.ofMinutes(amount);
        };
    }

    private static RoomVersion roomVersion(String text) {
        return RoomVersion.of(text)
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not a room version from 1 to 12"));
    }
}
