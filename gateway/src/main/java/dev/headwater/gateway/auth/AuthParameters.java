package dev.headwater.gateway.auth;

import java.util.HashMap;
import java.util.Map;

/**
 * The comma-separated {@code name=value} list of an {@code Authorization} header, in one pass over its text.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-11.4">RFC 9110, section 11.4</a>
 */
final class AuthParameters {
    private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";
    // Beyond RFC 9110's token: peers write server names, key IDs and base64 without quotes.
    private static final String BARE_SYMBOLS = TOKEN_SYMBOLS + ":/=[]";

    private final String text;
    private int at;

    AuthParameters(String text) {
        this.text = text;
    }

    /** @throws AuthenticationException if the text breaks the grammar or names a parameter twice */
    Map<String, String> read() {
        Map<String, String> values = new HashMap<>();
        while (true) {
            skipBlanks();
            if (at == text.length()) {
                return values;
            }
            if (text.charAt(at) == ',') {
                at++; // RFC 9110 has receivers accept empty elements of a list
                continue;
            }
            String name = name();
            skipBlanks();
            if (at == text.length() || text.charAt(at) != '=') {
                throw XMatrix.malformed("no '=' after the parameter '" + name + "' of the X-Matrix header");
            }
            at++;
            skipBlanks();
            String value = at < text.length() && text.charAt(at) == '"' ? quoted() : bare();
            if (values.putIfAbsent(name, value) != null) {
                throw XMatrix.malformed("the parameter '" + name + "' stands twice in the X-Matrix header");
            }
            skipBlanks();
            if (at < text.length() && text.charAt(at) != ',') {
                throw XMatrix.malformed("no ',' after the parameter '" + name + "' of the X-Matrix header");
            }
        }
    }

    private void skipBlanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private String name() {
        int from = at;
        while (at < text.length() && isOneOf(text.charAt(at), TOKEN_SYMBOLS)) {
            at++;
        }
        if (at == from) {
            throw XMatrix.malformed("no parameter name at character " + at + " of the X-Matrix header");
        }
        return XMatrix.lowerCase(text.substring(from, at));
    }

    private String bare() {
        int from = at;
        while (at < text.length() && isOneOf(text.charAt(at), BARE_SYMBOLS)) {
            at++;
        }
        return text.substring(from, at);
    }

    private String quoted() {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c == '\\') {
                at++;
                if (at == text.length()) {
                    break;
                }
                c = text.charAt(at);
            }
            if (c != '\t' && (c < ' ' || c > '~')) {
                throw XMatrix.malformed("a character that is not printable ASCII in the X-Matrix header");
            }
            value.append(c);
        }
        throw XMatrix.malformed("a quote that does not end in the X-Matrix header");
    }

    private static boolean isOneOf(char c, String symbols) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || symbols.indexOf(c) >= 0;
    }
}
