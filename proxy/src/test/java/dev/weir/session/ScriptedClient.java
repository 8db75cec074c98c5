package dev.weir.session;

import dev.weir.error.ProxyError;
import dev.weir.protocol.FrontendMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;

/** A client and its session: a test says what it sends, and sees what it is told. */
@NullMarked
final class ScriptedClient {
    private final SessionRig rig;
    private final ScriptedPort port;
    private final Session session;
    private int cancelsOver;

    ScriptedClient(SessionRig rig, ScriptedPort port, Session session) {
        this.rig = rig;
        this.port = port;
        this.session = session;
    }

    Session session() {
        return session;
    }

    /** What those see of it who look. */
    ClientSnapshot snapshot() {
        return session.snapshot(0);
    }

    ScriptedPort port() {
        return port;
    }

    /** What it was told since the last call. */
    String told() {
        return port.received();
    }

    /** Whether it holds a server connection. */
    boolean isServed() {
        return session.isLeased();
    }

    // --- what it sends --------------------------------------------------------------------------

    ScriptedClient sends(ByteBuf... messages) {
        for (ByteBuf message : messages) {
            session.clientBytes(message);
        }
        session.clientTurnEnds();
        rig.run();
        return this;
    }

    ScriptedClient asks(String sql) {
        return sends(query(sql));
    }

    /** It says no more, but listens. */
    void ends() {
        session.clientEnds();
        rig.run();
    }

    /** It says something, and no more; one read brings both. */
    void sendsLast(ByteBuf... messages) {
        for (ByteBuf message : messages) {
            session.clientBytes(message);
        }
        session.clientTurnEnds();
        ends();
    }

    void goes() {
        session.clientGone();
        rig.run();
    }

    /** How many of its cancels are over, so that they can hit nothing that it asks now. */
    int cancelsOver() {
        return cancelsOver;
    }

    void cancels() {
        session.cancel(() -> cancelsOver++);
        rig.run();
    }

    void isKilled(ProxyError why) {
        session.kill(why);
        rig.run();
    }

    /** The client takes more of what is sent to it, or does not. */
    void takes(boolean more) {
        port.writable(more);
        session.clientWritabilityChanged();
    }

    static ByteBuf query(String sql) {
        ByteBuf out = Unpooled.buffer();
        FrontendMessages.query(out, sql);
        return out;
    }

    static ByteBuf parse(String name, String sql) {
        ByteBuf out = Unpooled.buffer();
        FrontendMessages.parse(out, bytes(name), bytes(sql));
        return out;
    }

    static ByteBuf bind(String statement) {
        ByteBuf out = Unpooled.buffer();
        FrontendMessages.bind(out, "", statement);
        return out;
    }

    static ByteBuf execute() {
        ByteBuf out = Unpooled.buffer();
        FrontendMessages.execute(out, "", 0);
        return out;
    }

    static ByteBuf sync() {
        return message('S');
    }

    static ByteBuf terminate() {
        return message('X');
    }

    static ByteBuf flush() {
        return message('H');
    }

    /** A message without a body. */
    static ByteBuf message(char tag) {
        return Unpooled.buffer().writeByte(tag).writeInt(4);
    }

    /** The first {@code length} bytes of a message. */
    static ByteBuf beginning(ByteBuf message, int length) {
        return message.writerIndex(message.readerIndex() + length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
