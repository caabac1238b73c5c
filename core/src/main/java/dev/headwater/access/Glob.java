package dev.headwater.access;

import java.util.Locale;

/**
 * A pattern with {@code *} for any characters and {@code ?} for one, over the whole of a text, letters in either case
 * alike. A match looks at each character of the pattern once at most, whatever the pattern: all places that the text can
 * have been read up to are followed side by side, as bits.
 */
final class Glob {
    private final String pattern;

    Glob(String pattern) {
        this.pattern = pattern.toLowerCase(Locale.ROOT);
    }

    boolean matches(Text text) {
        return steps(text) < 0;
    }

    /** How many characters of the pattern it takes to find that the text does not fit; negative if it fits. */
    int steps(Text text) {
        long[] places = text.beginning();
        for (int p = 0; p < pattern.length(); p++) {
            if (!text.advance(places, pattern.charAt(p))) {
                return p + 1;
            }
        }
        return text.isEnd(places) ? -1 : pattern.length();
    }

    /** A text to hold many patterns against. Places are a set of bits: bit n stands for "the first n characters are read". */
    static final class Text {
        private static final long[] NOWHERE = {};

        private final int length;
        private final String characters;
        /** Where each of the characters stands in the text. */
        private final long[][] standing;

        Text(String name) {
            String text = name.toLowerCase(Locale.ROOT);
            length = text.length();
            StringBuilder distinct = new StringBuilder();
            for (int i = 0; i < length; i++) {
                if (text.indexOf(text.charAt(i)) == i) {
                    distinct.append(text.charAt(i));
                }
            }
            characters = distinct.toString();
            standing = new long[characters.length()][length / Long.SIZE + 1];
            for (int i = 0; i < length; i++) {
                standing[characters.indexOf(text.charAt(i))][i / Long.SIZE] |= 1L << i;
            }
        }

        private long[] beginning() {
            long[] places = new long[length / Long.SIZE + 1];
            places[0] = 1;
            return places;
        }

        private boolean isEnd(long[] places) {
            return (places[length / Long.SIZE] & 1L << length) != 0;
        }

        /** Reads one character of a pattern; false if no place is left. */
        private boolean advance(long[] places, char c) {
            if (c == '*') {
                fromLowestOn(places);
                return true;
            }
            long[] where = c == '?' ? places : where(c);
            long carry = 0;
            for (int i = 0; i < where.length; i++) {
                long moving = places[i] & where[i];
                places[i] = moving << 1 | carry;
                carry = moving >>> (Long.SIZE - 1);
            }
            return where.length > 0 && isAnyLeft(places);
        }

        private long[] where(char c) {
            int index = characters.indexOf(c);
            return index < 0 ? NOWHERE : standing[index];
        }

        private static void fromLowestOn(long[] places) {
            boolean passed = false;
            for (int i = 0; i < places.length; i++) {
                if (passed) {
                    places[i] = -1;
                } else if (places[i] != 0) {
                    places[i] |= -Long.lowestOneBit(places[i]);
                    passed = true;
                }
            }
        }

        private boolean isAnyLeft(long[] places) {
            // What lies behind the end has read one character too many.
            places[places.length - 1] &= -1L >>> (Long.SIZE - 1 - length % Long.SIZE);
            long any = 0;
            for (long some : places) {
                any |= some;
            }
            return any != 0;
        }
    }
}
