package dev.headwater.gateway.discovery;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import java.util.regex.Pattern;

/** A range of IP addresses, such as {@code 10.1.0.0/16}, {@code fd00::/8} or a single address. */
public final class AddressRange {
    // The library takes much else: octal, hexadecimal, wildcards, the empty text.
    private static final Pattern SHAPE =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}(/[0-9]{1,2})?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(/[0-9]{1,3})?");

    private static final int LONGEST = 50;

    private final IPAddress block;

    private AddressRange(IPAddress block) {
        this.block = block;
    }

    /** @throws IllegalArgumentException if it is none; its message says what is expected */
    public static AddressRange parse(String text) {
        IPAddress range = text.length() <= LONGEST && SHAPE.matcher(text).matches()
                ? new IPAddressString(text).getAddress()
                : null;
        if (range == null) {
            throw new IllegalArgumentException("expected a range of addresses such as 10.1.0.0/16 or fd00::/8");
        }
        return new AddressRange(range.toPrefixBlock());
    }

    IPAddress block() {
        return block;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && block.equals(range.block);
    }

    @Override
    public int hashCode() {
        return block.hashCode();
    }

    @Override
    public String toString() {
        return block.toCanonicalString();
    }
}
