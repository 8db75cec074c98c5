package dev.weir.exchange;

import dev.weir.sql.Text;
import org.jspecify.annotations.Nullable;

/**
 * A request whose end is reported to an observer. Takes the place of the request's effect in the
 * ledger and delegates to it.
 */
final class ObservedRequest implements Effect, RequestEnd {
    private final RequestObserver observer;
    private final Request request;
    private final @Nullable Text text;
    private final @Nullable Effect effect;
    private final long sentNanos;

    private Outcome outcome = Outcome.LOST;
    private long nanos;
    private long rows;
    private long bytes;
    private @Nullable String sqlState;
    private boolean isDoubtful;
    private boolean isOver;

    private ObservedRequest(
            RequestObserver observer,
            Request request,
            @Nullable Text text,
            @Nullable Effect effect) {
        this.observer = observer;
        this.request = request;
        this.text = text;
        this.effect = effect;
        this.sentNanos = observer.nanos();
    }

    /** The effect of a request that is being sent: {@code effect} itself if it is Weir's own. */
    static @Nullable Effect around(
            @Nullable Effect effect,
            RequestObserver observer,
            Request request,
            int flags,
            @Nullable Text text) {
        if ((flags & (RequestRing.SWALLOWED | RequestRing.PRIVATE)) != 0
                || request == Request.COPY_END) {
            return effect;
        }
        boolean isParse = (flags & RequestRing.ANSWERS_PARSE) != 0;
        return new ObservedRequest(observer, isParse ? Request.PARSE : request, text, effect);
    }

    /** Counts an answer. */
    void answered(long answerBytes, long answerRows) {
        bytes += answerBytes;
        rows += answerRows;
    }

    /** Notes the SQLSTATE of the error with which it fails. */
    void failing(String state) {
        sqlState = state;
    }

    /** Notes that its outcome cannot be known. */
    void doubt() {
        isDoubtful = true;
    }

    /** Its connection has ended; its effect is not called. */
    void lost() {
        end(Outcome.LOST);
    }

    @Override
    public void noticed() {
        if (effect != null) {
            effect.noticed();
        }
    }

    @Override
    public void succeeded() {
        if (effect != null) {
            effect.succeeded();
        }
        end(Outcome.SUCCEEDED);
    }

    @Override
    public void failed() {
        if (effect != null) {
            effect.failed();
        }
        end(Outcome.FAILED);
    }

    @Override
    public void skipped() {
        if (effect != null) {
            effect.skipped();
        }
        end(Outcome.SKIPPED);
    }

    private void end(Outcome supposed) {
        if (isOver) {
            return; // its connection has ended, and its client goes on
        }
        isOver = true;
        outcome = sqlState != null ? Outcome.FAILED : isDoubtful ? Outcome.LOST : supposed;
        nanos = observer.nanos() - sentNanos;
        observer.ended(this);
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public @Nullable Text text() {
        return text;
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public @Nullable String sqlState() {
        return sqlState;
    }

    @Override
    public String toString() {
        return request + " " + outcome + (sqlState == null ? "" : " " + sqlState);
    }
}
