package dev.headwater.gateway.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * A standard error response.
 *
 * @param status the HTTP status
 * @param errcode such as {@code M_FORBIDDEN}
 * @param error for people
 * @param retryAfterMillis when to ask again, or null if the error says nothing about it
 * @see <a href="https://spec.matrix.org/v1.18/client-server-api/#standard-error-response">Standard error response</a>
 */
public record MatrixError(
        int status, String errcode, String error, @Nullable Long retryAfterMillis) {
    public MatrixError(int status, String errcode, String error) {
        this(status, errcode, error, null);
    }

    /** The response body. */
    public byte[] body() {
        StringBuilder json = new StringBuilder(64 + error.length()).append("{\"errcode\":\"");
        JsonStringEncoder encoder = JsonStringEncoder.getInstance();
        encoder.quoteAsString(errcode, json);
        json.append("\",\"error\":\"");
        encoder.quoteAsString(error, json);
        json.append('"');
        if (retryAfterMillis != null) {
            json.append(",\"retry_after_ms\":").append(retryAfterMillis.longValue());
        }
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }
}
