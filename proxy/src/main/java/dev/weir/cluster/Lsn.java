package dev.weir.cluster;

/**
 * Positions in the write-ahead log, as unsigned 64-bit numbers. See the manual, section 8.20 (type
 * {@code pg_lsn}).
 */
public final class Lsn {
    private static final int PAGE_BYTES = 8_192;
    private static final int PAGE_HEADER_BYTES = 24;
    private static final int SEGMENT_HEADER_BYTES = 40;

    private Lsn() {}

    /**
     * Returns the position that a standby reports once it has replayed everything before {@code
     * lsn}. If nothing has been written after a page header yet, the position of the primary is
     * after the header and that of the standby before it.
     *
     * @param segmentBytes {@code wal_segment_size}
     */
    public static long normalised(long lsn, int segmentBytes) {
        long inPage = lsn & PAGE_BYTES - 1;
        if (inPage == PAGE_HEADER_BYTES) {
            return lsn - PAGE_HEADER_BYTES;
        }
        boolean behindSegmentHeader = (lsn & segmentBytes - 1) == SEGMENT_HEADER_BYTES;
        return behindSegmentHeader ? lsn - SEGMENT_HEADER_BYTES : lsn;
    }

    /** Formats {@code lsn} in PostgreSQL's notation, {@code 16/B374D848}. */
    public static String text(long lsn) {
        return "%X/%X".formatted(lsn >>> 32, lsn & 0xFFFF_FFFFL);
    }

    /** Parses PostgreSQL's notation; returns -1 if {@code text} is not valid. */
    public static long parse(String text) {
        int slash = text.indexOf('/');
        if (!isHex(text, 0, slash) || !isHex(text, slash + 1, text.length())) {
            return -1;
        }
        long high = Long.parseLong(text, 0, slash, 16);
        return high << 32 | Long.parseLong(text, slash + 1, text.length(), 16);
    }

    private static boolean isHex(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (Character.digit(text.charAt(i), 16) < 0) {
                return false;
            }
        }
        return end > start && end - start <= 8;
    }
}
