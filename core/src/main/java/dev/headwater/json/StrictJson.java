package dev.headwater.json;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one reader of JSON that came from outside: one document in UTF-8, no key twice in an object, no lone surrogates,
 * at most {@value #MAX_NESTING} levels. It takes time and memory in proportion to the bytes, whatever they hold.
 *
 * @see <a href="https://spec.matrix.org/v1.18/appendices/#canonical-json">Canonical JSON</a>
 */
public final class StrictJson {
    /** How deep objects and arrays may stand in one another. */
    public static final int MAX_NESTING = 100;

    /** The largest integer that canonical JSON allows, 2^53-1; its negative is the smallest. */
    public static final long MAX_INTEGER = (1L << 53) - 1;

    private static final int MAX_NUMBER_LENGTH = 1000;

    /** Which numbers are taken. */
    public enum Numbers {
        /** Integers within ±(2^53-1), without fraction, exponent or {@code -0}. */
        CANONICAL,
        /**
         * Every JSON number that a double could hold, unless its exponent fits no int; {@link CanonicalJson} writes each
         * as it was read.
         */
        LENIENT
    }

    // Names are not interned: strangers choose them, and the JVM's table never forgets.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
            .disable(TokenStreamFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final JsonParser parser;
    private final Numbers numbers;

    private StrictJson(JsonParser parser, Numbers numbers) {
        this.parser = parser;
        this.numbers = numbers;
    }

    /** As {@link #parse(byte[], Numbers)} with {@link Numbers#CANONICAL}. */
    public static JsonNode parse(byte[] bytes) {
        return parse(bytes, Numbers.CANONICAL);
    }

    /** @throws BadJsonException if the bytes are not one document that fits the rules above */
    public static JsonNode parse(byte[] bytes, Numbers numbers) {
        Utf8.check(bytes);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            return new StrictJson(parser, numbers).guarded();
        }
    }

    /** As {@link #object(byte[], Numbers)} with {@link Numbers#CANONICAL}. */
    public static ObjectNode object(byte[] bytes) {
        return object(bytes, Numbers.CANONICAL);
    }

    /** @throws BadJsonException if the bytes are not one document that fits the rules above, or not an object */
    public static ObjectNode object(byte[] bytes, Numbers numbers) {
        if (parse(bytes, numbers) instanceof ObjectNode object) {
            return object;
        }
        throw BadJsonException.badJson(0, "expected a JSON object");
    }

    /** The tokens of a document that {@link #parse} took before, within the same limits; they are not checked again. */
    public static JsonParser tokens(byte[] bytes, int offset, int length) {
        return FACTORY.createParser(ObjectReadContext.empty(), bytes, offset, length);
    }

    private JsonNode guarded() {
        try {
            return document();
        } catch (StreamConstraintsException e) {
            throw BadJsonException.badJson(
                    offset(),
                    "expected at most " + MAX_NESTING + " levels and " + MAX_NUMBER_LENGTH + " characters in a number");
        } catch (JacksonException e) {
            throw BadJsonException.notJson(offset(), "expected JSON: " + e.getOriginalMessage());
        }
    }

    private JsonNode document() {
        JsonNode value = value(some());
        if (parser.nextToken() != null) {
            throw BadJsonException.notJson(offset(), "expected the end of the document");
        }
        return value;
    }

    private JsonNode value(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> members();
            case START_ARRAY -> elements();
            case VALUE_STRING -> JsonNodeFactory.instance.stringNode(text(parser.getString()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getString());
            case VALUE_TRUE -> JsonNodeFactory.instance.booleanNode(true);
            case VALUE_FALSE -> JsonNodeFactory.instance.booleanNode(false);
            case VALUE_NULL -> JsonNodeFactory.instance.nullNode();
            default -> throw BadJsonException.notJson(offset(), "expected a value");
        };
    }

    private ObjectNode members() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (JsonToken token = some(); token != JsonToken.END_OBJECT; token = some()) {
            long at = offset();
            String name = text(parser.currentName());
            // Looked up here, not by Jackson's own detection, which is told from a fault of grammar by its text alone.
            if (object.replace(name, value(some())) != null) {
                throw BadJsonException.badJson(at, "expected every key once in an object");
            }
        }
        return object;
    }

    private ArrayNode elements() {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (JsonToken token = some(); token != JsonToken.END_ARRAY; token = some()) {
            array.add(value(token));
        }
        return array;
    }

    private String text(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < value.length()
                        && Character.isLowSurrogate(value.charAt(i + 1));
                if (!pair) {
                    throw BadJsonException.badJson(
                            offset(),
                            "expected whole characters, found the lone surrogate \\u" + Integer.toHexString(c));
                }
                i++;
            }
        }
        return value;
    }

    private JsonNode number(String text) {
        if (text.length() <= 17 && isPlainInteger(text)) {
            long value = Long.parseLong(text);
            if (value >= -MAX_INTEGER && value <= MAX_INTEGER) {
                return JsonNodeFactory.instance.numberNode(value);
            }
        }
        if (numbers == Numbers.CANONICAL) {
            throw BadJsonException.badJson(
                    offset(),
                    "expected an integer within ±(2^53-1), found " + text.substring(0, Math.min(40, text.length())));
        }
        // Only to refuse what no peer could hold; the value itself never passes through a double.
        if (Double.isInfinite(Double.parseDouble(text))) {
            throw BadJsonException.badJson(offset(), "expected a number that a double can hold");
        }
        try {
            return new SourceNumber(text);
        } catch (NumberFormatException e) {
            throw BadJsonException.badJson(offset(), "expected an exponent within ±(2^31-1)");
        }
    }

    private static boolean isPlainInteger(String text) {
        for (int i = text.charAt(0) == '-' ? 1 : 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.equals("-0");
    }

    private JsonToken some() {
        JsonToken token = parser.nextToken();
        if (token == null) {
            throw BadJsonException.notJson(offset(), "expected more, found the end");
        }
        return token;
    }

    private long offset() {
        return Math.max(0, parser.currentLocation().getByteOffset());
    }
}
