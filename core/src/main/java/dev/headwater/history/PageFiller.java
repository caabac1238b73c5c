package dev.headwater.history;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Gives events their places: in the last part of their bucket, or in a further one if that is full or sealed. */
final class PageFiller {
    private static final class Part {
        final PageId id;
        boolean sealed;
        int events;
        int bytes;

        Part(PageId id) {
            this.id = id;
        }
    }

    private final Map<Long, Part> last = new HashMap<>();
    private final Set<PageId> spoilt;

    /** @param spoilt pages that hold so many bytes of writes which came to nothing that they are not to be used */
    PageFiller(Set<PageId> spoilt) {
        this.spoilt = new HashSet<>(spoilt);
    }

    /** Takes up the last part of a bucket as it stands. */
    void continueAt(SidePage page) {
        Part part = new Part(page.id());
        part.sealed = page.sealed();
        part.events = page.sides().size();
        part.bytes = page.bodyEnd();
        last.put(page.id().bucket(), part);
    }

    Place place(long correctedDepth, int bodyLength) {
        long bucket = PageId.bucketOf(correctedDepth);
        Part part = last.computeIfAbsent(bucket, b -> new Part(new PageId(b, 0)));
        while (isClosed(part)) {
            part = new Part(new PageId(bucket, part.id.part() + 1));
            last.put(bucket, part);
        }
        part.bytes += bodyLength;
        return new Place(part.id, part.events++);
    }

    private boolean isClosed(Part part) {
        return part.sealed || PageId.isFull(part.events, part.bytes) || spoilt.contains(part.id);
    }
}
