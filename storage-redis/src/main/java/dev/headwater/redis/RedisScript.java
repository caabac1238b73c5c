package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A script that runs inside Redis.
 *
 * @param digest by which Redis knows it after it has seen it once
 */
record RedisScript(String text, String digest) {
    static final RedisScript LOCATE = of("index.lua", "locate.lua");
    static final RedisScript LAST_PAGES = of("last-pages.lua");
    static final RedisScript PAGES_BY_TIME = of("pages-by-time.lua");
    static final RedisScript APPEND = of("append.lua");
    static final RedisScript PUBLISH = of("index.lua", "publish.lua");
    static final RedisScript TALLY = of("index.lua", "tally.lua");
    static final RedisScript ADMIT = of("admit.lua");

    static final RedisScript ADD_ROOMS = of("index.lua", "add-rooms.lua");
    static final RedisScript FIND_ROOM = of("index.lua", "find-room.lua");

    static final List<RedisScript> ALL =
            List.of(LOCATE, LAST_PAGES, PAGES_BY_TIME, APPEND, PUBLISH, TALLY, ADMIT, ADD_ROOMS, FIND_ROOM);

    /** Reads the scripts if that is not done yet; this blocks for a moment, and so must not happen on an event loop. */
    static void load() {
        // Calling this method initialises the class.
    }

    private static RedisScript of(String... resources) {
        var text = new StringBuilder();
        for (String resource : resources) {
            try (InputStream in = RedisScript.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException(resource + " is missing beside " + RedisScript.class.getName());
                }
                text.append(new String(in.readAllBytes(), UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest(text.toString().getBytes(UTF_8));
            return new RedisScript(text.toString(), HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }
}
