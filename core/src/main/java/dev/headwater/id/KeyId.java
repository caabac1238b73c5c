package dev.headwater.id;

import java.util.regex.Pattern;

/**
 * A signing key's identifier, {@code algorithm:version}.
 *
 * @see <a href="https://spec.matrix.org/v1.18/appendices/#signing-json">Signing JSON</a>
 */
public record KeyId(String value) {
    private static final Pattern SHAPE = Pattern.compile("[a-z0-9_]{1,32}:[A-Za-z0-9_.+/=-]{1,222}");

    /** @throws InvalidIdException if {@code value} is not a key ID */
    public static KeyId parse(String value) {
        if (!SHAPE.matcher(value).matches()) {
            throw new InvalidIdException(value, "a key ID such as ed25519:a_1");
        }
        return new KeyId(value);
    }

    public String algorithm() {
        return value.substring(0, value.indexOf(':'));
    }

    @Override
    public String toString() {
        return value;
    }
}
