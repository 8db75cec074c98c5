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
 * Which listeners listen on which channel of a {@link ListeningConnection}, or are about to. A
 * channel's name is the bytes that the server sends, each as a char. Confined to its loop.
 */
public final class Channels {
    private static final int HEADER_BYTES = 5;

    /** The header is followed by the ID of the notifying process. */
    private static final int NAME_AT = HEADER_BYTES + Integer.BYTES;

    /** A client that listens. */
    public interface Listener {
        /**
         * Takes a notification on one of its channels. Borrows {@code in}, in which the message is
         * the {@code length} bytes at {@code at}.
         */
        void notified(ByteBuf in, int at, int length);

        /** All notifications of one read have been delivered. */
        void notifiedAll();

        /** The connection was lost, and listens again: notifications may be missing. */
        void missed();
    }

    /** Told once whether a request succeeded. */
    public interface Outcome {
        void done();

        void failed();
    }

    /** One channel. */
    private static final class Channel {
        private final Set<Listener> listeners = new LinkedHashSet<>();

        /** How many listeners are about to join. */
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

    /** The channels on which somebody listens, or is about to. */
    Collection<String> names() {
        return new ArrayList<>(channels.keySet());
    }

    // --- listeners ----------------------------------------------------------------------------

    /** Lets somebody listen as soon as the returned mark has arrived. */
    String join(Listener who, Collection<String> names, Outcome told) {
        String mark = Long.toString(++marks);
        joining.put(mark, new Joining(who, List.copyOf(names), told));
        names.forEach(name -> channels.computeIfAbsent(name, _ -> new Channel()).joining++);
        return mark;
    }

    /**
     * A mark has arrived.
     *
     * @return who is to be told; null if that client has left
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
     * A mark will not arrive, or nobody waits for it any more.
     *
     * @param unused receives the channels on which nobody listens any more
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

    /** No mark will arrive any more. Returns all who waited for one. */
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

    /** Somebody stops listening on a channel. */
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

    // --- notifications ------------------------------------------------------------------------

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

    /** Tells those who got notifications that these were all for now. */
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

    /** The ID of the notifying process. */
    public static int processId(ByteBuf in, int at) {
        return in.getInt(at + HEADER_BYTES);
    }

    /** Changes the ID of the notifying process. */
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

    /** The bytes of a command as it is sent. */
    public static byte[] bytes(CharSequence sql) {
        return sql.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
