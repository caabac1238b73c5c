package dev.headwater.json;

import java.math.BigDecimal;
import tools.jackson.databind.node.DecimalNode;

/** A number that canonical JSON forbids, as rooms up to version 5 hold them: it stays as it was written. */
final class SourceNumber extends DecimalNode {
    private static final long serialVersionUID = 1L;

    private final String text;

    SourceNumber(String text) {
        super(new BigDecimal(text));
        this.text = text;
    }

    String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SourceNumber that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
