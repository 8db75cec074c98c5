package dev.weir.statements;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.Request;
import dev.weir.exchange.RequestEnd;
import dev.weir.pool.LeaseObserver;
import dev.weir.pool.PoolKey;
import dev.weir.pool.Waiter;
import dev.weir.sql.Text;
import dev.weir.sql.TraceParent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Observes one server connection. Confined to its loop. */
final class ConnectionObserver implements LeaseObserver {
    private static final double NANOS_PER_MILLI = 1e6;

    private static final Logger log = LoggerFactory.getLogger(ConnectionObserver.class);

    private final LoopStatements statements;
    private final PoolKey pool;
    private final ServerConnection server;

    /** How long the client that has the connection waited for it; counted with its first call. */
    private long waitNanos;

    /** The last text with a comment among those that are counted together; null for none. */
    private @Nullable Text commented;

    ConnectionObserver(LoopStatements statements, PoolKey pool, ServerConnection server) {
        this.statements = statements;
        this.pool = pool;
        this.server = server;
    }

    @Override
    public void leased(Waiter to, long waitedNanos) {
        waitNanos = waitedNanos;
        commented = null;
    }

    @Override
    public void counted(long nanos) {
        Text text = commented;
        if (text != null) {
            commented = null;
            statements.example(text, pool.database(), nanos);
        }
    }

    @Override
    public long nanos() {
        return statements.nanoTime();
    }

    @Override
    public void ended(RequestEnd end) {
        Text text = end.text();
        RequestEnd.Outcome outcome = end.outcome();
        boolean isCall = end.request() == Request.EXECUTE || end.request() == Request.QUERY;
        boolean isError = outcome == RequestEnd.Outcome.FAILED;
        if (text == null || outcome == RequestEnd.Outcome.SKIPPED || !isCall && !isError) {
            return;
        }
        long waited = waitNanos;
        waitNanos = 0;
        if (text.hasOuterComment()) {
            commented = text;
        }
        statements.count(
                text,
                pool.database(),
                pool.user(),
                isCall,
                isError,
                end.nanos(),
                end.rows(),
                end.bytes(),
                waited);
        if (statements.isLogged(end.nanos())) {
            log(text, end, waited);
        }
    }

    private void log(Text text, RequestEnd end, long waited) {
        String state = end.sqlState();
        TraceParent parent = text.traceParent();
        log.info(
                "{} slow_statement ms={} wait_ms={} rows={} sqlstate={} fingerprint={} trace_id={}"
                        + " span_id={} text=\"{}\"",
                server.logName(),
                end.nanos() / NANOS_PER_MILLI,
                waited / NANOS_PER_MILLI,
                end.rows(),
                state == null ? "00000" : state,
                StatementSnapshot.shown(text.fingerprint()),
                parent == null ? "-" : parent.traceId(),
                parent == null ? "-" : parent.spanId(),
                LoopStatements.cutOff(text.normalised()));
    }
}
