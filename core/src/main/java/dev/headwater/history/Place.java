package dev.headwater.history;

/**
 * Where an event lies in its room's pages. A place never changes once it is published.
 *
 * @param slot position within the page, from 0
 */
public record Place(PageId page, int slot) {
    public static Place of(long bucket, int part, int slot) {
        return new Place(new PageId(bucket, part), slot);
    }
}
