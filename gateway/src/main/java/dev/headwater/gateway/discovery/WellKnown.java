package dev.headwater.gateway.discovery;

import dev.headwater.id.InvalidIdException;
import dev.headwater.id.ServerName;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.StrictJson;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What {@code /.well-known/matrix/server} says: to which name a server delegates, and for how long.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#getwell-knownmatrixserver">The well-known file</a>
 */
final class WellKnown {
    /** However short its own lifetime, it is not asked for again before that. */
    static final Duration SHORTEST = Duration.ofMinutes(5);

    static final Duration DEFAULT = Duration.ofHours(24);
    static final Duration LONGEST = Duration.ofHours(48);

    // Nine digits are thirty years, and fit an int.
    private static final Pattern MAX_AGE = Pattern.compile("max-age=\"?([0-9]{1,9})\"?");

    /** Netty throws at what is longer, as if our caller had made a mistake. */
    private static final int LONGEST_DATE = 64;

    private WellKnown() {}

    /** The name in the body; empty if the body is not what it should be. Its content type is not looked at. */
    static Optional<ServerName> delegate(byte[] body) {
        try {
            JsonNode name = StrictJson.object(body, StrictJson.Numbers.LENIENT).get("m.server");
            if (name == null || !name.isString()) {
                return Optional.empty();
            }
            return Optional.of(ServerName.parse(name.stringValue()))
                    .filter(server -> HostName.of(server.host()) != null);
        } catch (BadJsonException | InvalidIdException e) {
            return Optional.empty();
        }
    }

    /** How long the answer with these headers may be used, within bounds. */
    static Duration lifetime(HttpHeaders headers, Instant now) {
        Duration said = said(headers, now);
        if (said.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return said.compareTo(LONGEST) > 0 ? LONGEST : said;
    }

    private static Duration said(HttpHeaders headers, Instant now) {
        Duration maxAge = null;
        for (String line : headers.getAll(HttpHeaderNames.CACHE_CONTROL)) {
            for (String directive : line.split(",", -1)) {
                String text = directive.strip().toLowerCase(Locale.ROOT);
                if (text.equals("no-store") || text.equals("no-cache")) {
                    return Duration.ZERO;
                }
                Matcher matcher = MAX_AGE.matcher(text);
                if (maxAge == null && matcher.matches()) {
                    maxAge = Duration.ofSeconds(Long.parseLong(matcher.group(1)));
                }
            }
        }
        if (maxAge != null) {
            return maxAge;
        }
        String expires = headers.get(HttpHeaderNames.EXPIRES);
        if (expires == null) {
            return DEFAULT;
        }
        Instant end = date(expires);
        Instant begin = date(headers.get(HttpHeaderNames.DATE));
        // A date that cannot be read is one in the past.
        return end == null ? Duration.ZERO : Duration.between(begin == null ? now : begin, end);
    }

    private static @Nullable Instant date(@Nullable String text) {
        Date date = text == null || text.length() > LONGEST_DATE ? null : DateFormatter.parseHttpDate(text);
        return date == null ? null : date.toInstant();
    }
}
