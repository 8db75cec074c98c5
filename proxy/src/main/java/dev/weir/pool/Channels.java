package dev.weir.pool;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who listens on which channel of a {@link ListeningConnection}, and who is about to. Names of
 * channels are the bytes that the server sends, each as a char. Confined to its loop.
 */
public final class Channels {
    private static final int HEADER_BYTES = 5;

    /** Behind the header stands the number of the process that notifies. */
    private static final int NAME_AT = HEADER_BYTES + Integer.BYTES;

    /** One who listens. */
    public interface Listener {
        /**
         * Takes a notification of one of its channels. Borrows {@code in}, of which {@code length}
         * bytes at {@code at} are the message.
         */
        void notified(ByteBuf in, int at, int length);

        /** All notifications of one read were given. */
        void notifiedAll();

        /** The connection was lost, and listens again: notifications may be missing. */
        void missed();
    }

    /** Told once what became of a wish. */
    public interface Outcome {
        void done();

        void failed();
    }

    /** One channel. */
    private static final class Channel {
        private final Set<Listener> listeners = new LinkedHashSet<>();

        /** How many are about to listen. */
        private int joining;
    }

    private record Joining(Listener who, List<String> names, Outcome told) {}

    private final Map<String, Channel> channels = new LinkedHashMap<>();
    private final Map<String, Joining> joining = new HashMap<>();
    private final Set<Listener> notified = new LinkedHashSet<>();
    private long marks;

    boolean isEmpty() {
        return channels.isEmpty();
    }

    /** Those on which somebody listens, or is about to. */
    Collection<String> names() {
        return new ArrayList<>(channels.keySet());
    }

    // --- who listens --------------------------------------------------------------------------

    /** Somebody is to listen as soon as the mark has come that is returned. */
    String join(Listener who, Collection<String> names, Outcome told) {
        String mark = Long.toString(++marks);
        joining.put(mark, new Joining(who, List.copyOf(names), told));
        names.forEach(name -> channels.computeIfAbsent(name, _ -> new Channel()).joining++);
        return mark;
    }

    /**
     * A mark has come.
     *
     * @return who is to be told; null if it is gone
     */
    @Nullable Outcome joined(String mark) {
        Joining done = joining.remove(mark);
        if (done == null) {
            return null;
        }
        for (String name : done.names) {
            Channel channel = channels.get(name);
            if (channel != null) {
                channel.joining--;
                channel.listeners.add(done.who);
            }
        }
        return done.told;
    }

    /**
     * A mark will not come, or nobody waits for it any more.
     *
     * @param unused channels on which nobody listens any more are added to it
     * @return who waited for it; null if nobody did
     */
    @Nullable Outcome forget(String mark, Collection<String> unused) {
        Joining gone = joining.remove(mark);
        if (gone == null) {
            return null;
        }
        for (String name : gone.names) {
            Channel channel = channels.get(name);
            if (channel != null) {
                channel.joining--;
                removeIfUnused(name, channel, unused);
            }
        }
        return gone.told;
    }

    /** No mark will come. Returns those who waited for one. */
    List<Outcome> forgetAll() {
        var told = new ArrayList<Outcome>();
        for (String mark : List.copyOf(joining.keySet())) {
            Outcome each = forget(mark, new ArrayList<>());
            if (each != null) {
                told.add(each);
            }
        }
        return told;
    }

    /** Somebody listens on a channel no more. */
    void leave(Listener who, String name, Collection<String> unused) {
        Channel channel = channels.get(name);
        if (channel != null) {
            channel.listeners.remove(who);
            removeIfUnused(name, channel, unused);
        }
    }

    private void removeIfUnused(String name, Channel channel, Collection<String> unused) {
        if (channel.joining == 0 && channel.listeners.isEmpty()) {
            channels.remove(name);
            unused.add(name);
        }
    }

    // --- what comes ---------------------------------------------------------------------------

    /** Gives a notification to those who listen on its channel. */
    void notify(String name, ByteBuf in, int at, int length) {
        Channel channel = channels.get(name);
        if (channel != null) {
            for (Listener each : channel.listeners.toArray(new Listener[0])) {
                each.notified(in, at, length);
                notified.add(each);
            }
        }
    }

    /** Tells those who were given notifications that this was all for now. */
    void notifiedAll() {
        if (!notified.isEmpty()) {
            var all = notified.toArray(new Listener[0]);
            notified.clear();
            for (Listener each : all) {
                each.notifiedAll();
            }
        }
    }

    /** Tells all who listen that notifications may be missing. */
    void missed() {
        var all = new LinkedHashSet<Listener>();
        channels.values().forEach(channel -> all.addAll(channel.listeners));
        for (Listener each : all) {
            each.missed();
            each.notifiedAll();
        }
    }

    // --- names --------------------------------------------------------------------------------

    /** The channel of a NotificationResponse. */
    public static String name(ByteBuf in, int at, int length) {
        int start = at + NAME_AT;
        int end = in.indexOf(start, at + length, (byte) 0);
        return end < 0 ? "" : in.toString(start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** The payload of a NotificationResponse. */
    public static String payload(ByteBuf in, int at, int length) {
        int start = in.indexOf(at + NAME_AT, at + length, (byte) 0) + 1;
        int end = start == 0 ? -1 : in.indexOf(start, at + length, (byte) 0);
        return end < 0 ? "" : in.toString(start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** The process that notifies. */
    public static int processId(ByteBuf in, int at) {
        return in.getInt(at + HEADER_BYTES);
    }

    /** Changes the process that notifies. */
    public static void processId(ByteBuf in, int at, int processId) {
        in.setInt(at + HEADER_BYTES, processId);
    }

    /** Appends commands that listen on channels. */
    public static void listen(StringBuilder sql, Collection<String> names) {
        for (String name : names) {
            quote(sql.append("LISTEN "), name);
            sql.append(';');
        }
    }

    static void quote(StringBuilder sql, String name) {
        sql.append('"').append(name.replace("\"", "\"\"")).append('"');
    }

    /** A command as it is sent. */
    public static byte[] bytes(CharSequence sql) {
        return sql.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
