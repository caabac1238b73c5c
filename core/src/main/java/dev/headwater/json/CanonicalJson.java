package dev.headwater.json;

import dev.headwater.id.Utf8Order;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one form of a JSON value over which hashes and signatures are made: UTF-8, no blanks, keys by code point, the
 * shortest escapes. A number that {@link StrictJson} read leniently is written as it was read.
 *
 * @see <a href="https://spec.matrix.org/v1.18/appendices/#canonical-json">Canonical JSON</a>
 */
public final class CanonicalJson {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

    private byte[] out;
    private int length;

    private CanonicalJson(int expected) {
        out = new byte[expected];
    }

    /** @throws IllegalArgumentException if the value holds what {@link StrictJson} would not have read */
    public static byte[] encode(JsonNode value) {
        return encodeWithout(value, Set.of());
    }

    /**
     * The canonical form of an object without some of its own members.
     *
     * @throws IllegalArgumentException if the value holds what {@link StrictJson} would not have read
     */
    public static byte[] encodeWithout(JsonNode value, Set<String> members) {
        CanonicalJson writer = new CanonicalJson(1024);
        if (value instanceof ObjectNode object) {
            writer.object(object, members);
        } else {
            writer.value(value);
        }
        return Arrays.copyOf(writer.out, writer.length);
    }

    /** Whether every number in the value is an integer within ±(2^53-1) that was written as canonical JSON writes it. */
    public static boolean hasOnlyCanonicalNumbers(JsonNode value) {
        if (value.isContainer()) {
            for (JsonNode child : value) {
                if (!hasOnlyCanonicalNumbers(child)) {
                    return false;
                }
            }
            return true;
        }
        return !value.isNumber() || isCanonicalInteger(value);
    }

    private static boolean isCanonicalInteger(JsonNode value) {
        return (value.isLong() || value.isInt())
                && value.longValue() <= StrictJson.MAX_INTEGER
                && value.longValue() >= -StrictJson.MAX_INTEGER;
    }

    private void value(JsonNode value) {
        switch (value.getNodeType()) {
            case OBJECT -> object((ObjectNode) value, Set.of());
            case ARRAY -> array(value);
            case STRING -> string(value.stringValue());
            case NUMBER -> number(value);
            case BOOLEAN -> ascii(value.booleanValue() ? TRUE : FALSE);
            case NULL -> ascii(NULL);
            default -> throw new IllegalArgumentException("expected JSON, found a node of type " + value.getNodeType());
        }
    }

    private void object(ObjectNode object, Set<String> omitted) {
        List<Map.Entry<String, JsonNode>> members = new ArrayList<>(object.properties());
        members.sort(Map.Entry.comparingByKey(Utf8Order.INSTANCE));
        put('{');
        boolean first = true;
        for (Map.Entry<String, JsonNode> member : members) {
            if (!omitted.contains(member.getKey())) {
                if (!first) {
                    put(',');
                }
                first = false;
                string(member.getKey());
                put(':');
                value(member.getValue());
            }
        }
        put('}');
    }

    private void array(JsonNode array) {
        put('[');
        for (int i = 0; i < array.size(); i++) {
            if (i > 0) {
                put(',');
            }
            value(array.get(i));
        }
        put(']');
    }

    private void number(JsonNode number) {
        if (number instanceof SourceNumber source) {
            ascii(source.text().getBytes(StandardCharsets.US_ASCII));
        } else if (isCanonicalInteger(number)) {
            ascii(Long.toString(number.longValue()).getBytes(StandardCharsets.US_ASCII));
        } else {
            throw new IllegalArgumentException("expected an integer within ±(2^53-1), found " + number);
        }
    }

    private void string(String text) {
        room(text.length() + 2);
        put('"');
        int i = 0;
        while (i < text.length() && isPlain(text.charAt(i))) {
            out[length++] = (byte) text.charAt(i++);
        }
        for (; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                if (isPlain(c)) {
                    put(c);
                } else {
                    escape(c);
                }
            } else if (c < 0x800) {
                put(0xC0 | c >> 6);
                put(0x80 | c & 0x3F);
            } else if (!Character.isSurrogate(c)) {
                put(0xE0 | c >> 12);
                put(0x80 | c >> 6 & 0x3F);
                put(0x80 | c & 0x3F);
            } else {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new IllegalArgumentException("expected whole characters, found a lone surrogate");
                }
                int point = Character.toCodePoint(c, text.charAt(++i));
                put(0xF0 | point >> 18);
                put(0x80 | point >> 12 & 0x3F);
                put(0x80 | point >> 6 & 0x3F);
                put(0x80 | point & 0x3F);
            }
        }
        put('"');
    }

    private static boolean isPlain(char c) {
        return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
    }

    private void escape(char c) {
        put('\\');
        switch (c) {
            case '\b' -> put('b');
            case '\t' -> put('t');
            case '\n' -> put('n');
            case '\f' -> put('f');
            case '\r' -> put('r');
            case '"', '\\' -> put(c);
            default -> {
                put('u');
                put('0');
                put('0');
                put(HEX[c >> 4]);
                put(HEX[c & 0xF]);
            }
        }
    }

    private void ascii(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, out, length, bytes.length);
        length += bytes.length;
    }

    private void put(int b) {
        room(1);
        out[length++] = (byte) b;
    }

    private void room(int more) {
        if (out.length - length < more) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, length + more));
        }
    }
}
