package dev.weir.sim;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The other end of a connection of Weir's: reads messages, one in a step, and writes bytes. */
abstract class Peer extends Source {
    final World world;
    private final int number;
    private final Pipe inbox = new Pipe(Integer.MAX_VALUE);
    private @Nullable SimChannel channel;
    private boolean isGone;
    private boolean isDeaf;
    private byte[] scratch = new byte[1_024];
    private int length;

    Peer(World world, int number) {
        this.world = world;
        this.number = number;
    }

    /** Its connection is there. */
    void connected(SimChannel to) {
        channel = to;
    }

    final int number() {
        return number;
    }

    /** Whether it has closed its end. */
    final boolean isGone() {
        return isGone;
    }

    final @Nullable SimChannel channel() {
        return channel;
    }

    @Override
    int code() {
        return 100_000 + number;
    }

    /** What it is doing, in words. */
    abstract String state();

    // --- reading ------------------------------------------------------------------------------

    /** Reads nothing for a while, or goes on. */
    final void deaf(boolean on) {
        isDeaf = on;
        update();
    }

    /** The length of the message that {@code in} begins with; -1 as long as it is not known. */
    int messageBytes(Pipe in) {
        return in.size() < 5 ? -1 : 1 + in.intAt(1);
    }

    /** Takes the message of {@code bytes} that {@code in} begins with. */
    abstract void message(Pipe in, int bytes);

    /** Weir has closed, and everything before was read. */
    abstract void ended();

    /** Looks whether there is something to do. */
    final void update() {
        SimChannel to = channel;
        boolean isReady = !isGone && !isDeaf && to != null && (hasMessage() || mayTake(to));
        world.schedule().set(this, isReady);
    }

    private static boolean mayTake(SimChannel from) {
        return from.toPeer().size() > 0 || from.toPeer().isEnded;
    }

    private boolean hasMessage() {
        int bytes = messageBytes(inbox);
        return bytes >= 0 && inbox.size() >= bytes;
    }

    @Override
    final void step() {
        SimChannel from = channel;
        if (from == null) {
            throw new AssertionError("not connected");
        }
        Pipe pipe = from.toPeer();
        if (pipe.size() > 0) {
            int piece = world.dice().oneIn(8) ? world.dice().between(1, pipe.size()) : pipe.size();
            pipe.moveTo(inbox, piece);
            from.update();
        }
        if (hasMessage()) {
            if (world.isTold()) {
                world.tell(this, "got", inbox.peek(messageBytes(inbox)));
            }
            message(inbox, messageBytes(inbox));
        } else if (pipe.isEnded && pipe.size() == 0) {
            ended();
        }
        update();
    }

    // --- writing ------------------------------------------------------------------------------

    /** Sends what was put together; some of it may come late. */
    final void send() {
        SimChannel to = channel;
        if (to != null && !isGone) {
            if (world.isTold()) {
                world.tell(this, "sent", java.util.Arrays.copyOf(scratch, length));
            }
            to.fromPeer().add(scratch, 0, length);
            to.update();
        }
        length = 0;
    }

    /** Sends only the first {@code bytes} of what was put together, and is gone. */
    final void sendPartly() {
        length = world.dice().below(length);
        send();
        leave();
    }

    private void room(int more) {
        if (length + more > scratch.length) {
            scratch = java.util.Arrays.copyOf(scratch, (length + more) * 2);
        }
    }

    final void put(int value) {
        room(1);
        scratch[length++] = (byte) value;
    }

    final void putShort(int value) {
        put(value >> 8);
        put(value);
    }

    final void putInt(int value) {
        putShort(value >> 16);
        putShort(value);
    }

    /** Begins a message; {@link #end} fills in its length. */
    final int begin(char tag) {
        put(tag);
        putInt(0);
        return length - 4;
    }

    final void end(int begun) {
        int size = length - begun;
        scratch[begun] = (byte) (size >> 24);
        scratch[begun + 1] = (byte) (size >> 16);
        scratch[begun + 2] = (byte) (size >> 8);
        scratch[begun + 3] = (byte) size;
    }

    final void putText(String text) {
        room(text.length());
        for (int i = 0; i < text.length(); i++) {
            scratch[length++] = (byte) text.charAt(i);
        }
    }

    final void putString(String text) {
        putText(text);
        put(0);
    }

    static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    static int zero(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != 0) {
            at++;
        }
        return at;
    }

    // --- the end ------------------------------------------------------------------------------

    /** Closes its end in order. */
    final void leave() {
        SimChannel to = channel;
        if (!isGone && to != null) {
            isGone = true;
            to.fromPeer().isEnded = true;
            to.toPeer().isEnded = true;
            to.toPeer().clear();
            to.update();
            gone();
        }
        update();
    }

    /** Says no more, but listens. */
    final void endOutput() {
        SimChannel to = channel;
        if (!isGone && to != null) {
            to.fromPeer().isEnded = true;
            to.update();
        }
    }

    /** Breaks its end off: what it has sent last may be lost. */
    final void vanish() {
        SimChannel to = channel;
        if (!isGone && to != null) {
            isGone = true;
            to.reset();
            gone();
        }
        update();
    }

    /** It has closed its end. */
    abstract void gone();
}
