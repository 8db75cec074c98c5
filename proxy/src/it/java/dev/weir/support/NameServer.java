package dev.weir.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A name server on a port of 127.0.0.1 that answers what the test says, for A records only. */
public final class NameServer implements AutoCloseable {
    private static final int HEADER_BYTES = 12;
    private static final short TYPE_A = 1;
    private static final short CLASS_IN = 1;
    private static final int ANSWER = 0x8580;
    private static final int NO_SUCH_NAME = 0x8583;
    private static final short NAME_OF_THE_QUESTION = (short) 0xc00c;

    private final DatagramSocket socket;
    private final Map<String, InetAddress[]> names = new ConcurrentHashMap<>();
    private final AtomicInteger questions = new AtomicInteger();

    public NameServer() {
        try {
            socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("name-server").start(this::serve);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** How often it was asked for an address of IPv4. */
    public int questions() {
        return questions.get();
    }

    /** Says where a name is now; without an address there is no such name. */
    public NameServer at(String name, String... addresses) {
        var literals = new InetAddress[addresses.length];
        for (int i = 0; i < addresses.length; i++) {
            literals[i] = InetAddress.ofLiteral(addresses[i]);
        }
        names.put(name, literals);
        return this;
    }

    private void serve() {
        var packet = new DatagramPacket(new byte[512], 512);
        while (!socket.isClosed()) {
            try {
                socket.receive(packet);
                byte[] reply = reply(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
                socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                packet.setLength(512);
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private byte[] reply(ByteBuffer question) {
        short id = question.getShort();
        question.position(HEADER_BYTES);
        String name = name(question);
        short type = question.getShort();
        int questionBytes = question.position() + Short.BYTES - HEADER_BYTES;
        InetAddress[] all = names.getOrDefault(name, new InetAddress[0]);
        InetAddress[] found = type == TYPE_A ? all : new InetAddress[0];
        if (type == TYPE_A) {
            questions.incrementAndGet();
        }
        ByteBuffer out = ByteBuffer.allocate(512);
        out.putShort(id).putShort((short) (all.length == 0 ? NO_SUCH_NAME : ANSWER));
        out.putShort((short) 1).putShort((short) found.length).putInt(0);
        out.put(question.slice(HEADER_BYTES, questionBytes));
        for (InetAddress address : found) {
            out.putShort(NAME_OF_THE_QUESTION).putShort(TYPE_A).putShort(CLASS_IN);
            out.putInt(3_600).putShort((short) 4).put(address.getAddress());
        }
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private static String name(ByteBuffer question) {
        var name = new StringBuilder();
        int length = question.get();
        while (length > 0) {
            byte[] label = new byte[length];
            question.get(label);
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(label, StandardCharsets.US_ASCII));
            length = question.get();
        }
        return name.toString();
    }

    @Override
    public void close() {
        socket.close();
    }
}
