package dev.headwater.sign;

import java.util.Set;

/**
 * Keys whose private halves everybody can have, so that a signature under one of them proves nothing. A server that
 * publishes one was set up from an example.
 */
final class BannedKeys {
    private static final Set<String> BASE64 = Set.of(
            // The Matrix specification, "Cryptographic Test Vectors".
            "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI",
            // RFC 8032, section 7.1: tests 1, 2, 3, 1024 and SHA(abc).
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw",
            "/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU",
            "J4EX/BRMcjQPZ9DyMW6Dhs7/vyskKMnFH+98WX8dQm4",
            "7Bcrk61eVjv0kyxw4SRQNMNUZ+8u/U1k6/gZaDRn4r8",
            // Synapse bans it: ELEMENTSEC-2025-1670.
            "l/O9hxMVKB6Lg+3Hqf0FQQZhVESQcMzbPN1Cz2nM3og",
            // The servers of the demo's room, shipped with their signing keys.
            "DNgYnD/S0nBwY8Wpoz6O+xfipL7NSh4jh+WnVKKqW8g",
            "vf+HCEe8lFfB6lP7/DmKeaMRGEHFZkXVfk8NoohjfBs");

    private BannedKeys() {}

    static boolean contains(VerifyKey key) {
        return BASE64.contains(key.base64());
    }
}
