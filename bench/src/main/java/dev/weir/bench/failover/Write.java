package dev.weir.bench.failover;

/**
 * The rows of one transaction, of which all are there at the end, or none.
 *
 * @param first the id of the first row; the others follow
 * @param rows how many
 * @param how they are written
 */
record Write(long first, int rows, String how) {
    @Override
    public String toString() {
        return how + " of rows " + first + (rows == 1 ? "" : " to " + (first + rows - 1));
    }
}
