package dev.headwater.gateway.http;

import reactor.netty.http.Http2SettingsSpec;

/** What a connection of HTTP/2 is told at its beginning, and how often it may reset. */
final class Http2Limits {
    /** The fewest that RFC 9113 advises. Of one server only a few are served at a time, whatever connection they are on. */
    private static final long MAX_STREAMS = 100;

    /**
     * The longest target beside the largest headers, and a quarter for what HPACK counts on top for each. Larger ones are
     * not decoded to their end.
     */
    static final long MAX_HEADER_LIST = 40 * 1024;

    /** What a stream may send before it is read: no body of a usual request is larger. The same as the default. */
    private static final int WINDOW = 65_535;

    /** The smallest that there is: larger ones would only take longer to be got out of the way of others. */
    private static final int MAX_FRAME = 16_384;

    /** The dynamic table of a decoder, per connection. The same as the default. */
    private static final long HEADER_TABLE = 4_096;

    /**
     * Resets in a window of time, the peer's and, counted apart, ours. Who gives up 100 requests at once, twice, is within
     * it; who makes us begin work only to throw it away is not.
     */
    private static final int RESETS = 200;

    private static final int RESETS_SECONDS = 30;

    private Http2Limits() {}

    static void apply(Http2SettingsSpec.Builder settings) {
        settings.maxConcurrentStreams(MAX_STREAMS)
                .maxHeaderListSize(MAX_HEADER_LIST)
                .initialWindowSize(WINDOW)
                .maxFrameSize(MAX_FRAME)
                .headerTableSize(HEADER_TABLE)
                .maxDecodedRstFramesPerWindow(RESETS, RESETS_SECONDS)
                .maxEncodedRstFramesPerWindow(RESETS, RESETS_SECONDS);
    }
}
