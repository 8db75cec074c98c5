package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.backend.ServerConnection;
import dev.weir.error.ProxyError;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.protocol.FrontendMessages;
import dev.weir.protocol.FrontendTag;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Refuses what must not run on a standby, and remembers what a standby has refused. */
final class RouteRefusal {
    private RouteRefusal() {}

    /**
     * Makes the server raise the error, so that the transaction fails as it does for any other: a
     * Query is replaced; a batch of the extended protocol is preceded by messages that make the
     * server skip it.
     */
    static Step write(Turn turn, ClientRun run, String denied) {
        ServerConnection server = turn.server();
        Ledger ledger = server.ledger();
        var error = new RaisedError(ProxyError.DENIED_ON_REPLICA.refusal(denied), null);
        String sql = error.sql();
        if (run.tag() == FrontendTag.QUERY) {
            return OwnQueries.instead(turn, run, sql, error);
        }
        run.emitRun();
        ByteBuf out = run.out(sql.length() + 64);
        byte[] text = sql.getBytes(StandardCharsets.UTF_8);
        FrontendMessages.parse(out, new byte[0], text);
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, turn.unnamed().change(server, true));
        FrontendMessages.bind(out, "", "");
        ledger.sent(Request.BIND, Ledger.SWALLOWED, null);
        FrontendMessages.execute(out, "", 0);
        ledger.sent(Request.EXECUTE, Ledger.SWALLOWED, error);
        server.statements().unnamed(null);
        return Step.GOES;
    }

    /** Remembers the texts of a batch that a standby has refused. */
    static void remember(ByteBuf batch, ClientTexts texts, ClientStatements statements) {
        int p = batch.readerIndex();
        while (batch.writerIndex() - p >= HEADER_BYTES) {
            int body = p + HEADER_BYTES;
            int next = p + 1 + batch.getInt(p + 1);
            switch (batch.getByte(p)) {
                case FrontendTag.QUERY -> texts.refused(batch, body, next - 1 - body);
                case FrontendTag.PARSE -> {
                    int text = batch.indexOf(body, next, (byte) 0) + 1;
                    int length = batch.indexOf(text, next, (byte) 0) - text;
                    texts.refused(batch, text, length, next);
                }
                case FrontendTag.BIND -> {
                    int name = batch.indexOf(body, next, (byte) 0) + 1;
                    int end = batch.indexOf(name, next, (byte) 0);
                    ClientStatements.Entry entry = statements.find(batch, name, end);
                    if (entry != null) {
                        entry.statement().text().refused();
                    }
                }
                default -> {}
            }
            p = next;
        }
    }
}
