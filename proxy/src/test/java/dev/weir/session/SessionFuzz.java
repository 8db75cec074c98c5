package dev.weir.session;

import dev.weir.backend.ScriptedServer;
import dev.weir.fuzz.FuzzTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A client and a server that say anything, in any order. An input is a sequence of turns: a byte
 * that says whose, two for the length, and the bytes.
 */
public enum SessionFuzz implements FuzzTarget {
    /** Bytes as they are. */
    BYTES {
        @Override
        ByteBuf said(ByteBuf turn) {
            return turn.copy();
        }
    },
    /** A message each, whose length is right. */
    MESSAGES {
        @Override
        ByteBuf said(ByteBuf turn) {
            int length = turn.readableBytes() + 3;
            return turn.isReadable()
                    ? Unpooled.buffer().writeByte(turn.readByte()).writeInt(length).writeBytes(turn)
                    : Unpooled.EMPTY_BUFFER;
        }
    };

    private static final int SERVER = 1;
    private static final int TURNS_MAX = 64;

    abstract ByteBuf said(ByteBuf turn);

    @Override
    public void run(byte[] input) {
        ByteBuf in = Unpooled.wrappedBuffer(input);
        try (var rig = new SessionRig("max_packet_size = 1000000")) {
            ScriptedClient client = rig.client();
            ScriptedServer server = null;
            for (int turns = 0; in.readableBytes() > 3 && turns < TURNS_MAX; turns++) {
                int whose = in.readByte();
                ByteBuf turn = in.readSlice(Math.min(in.readUnsignedShort(), in.readableBytes()));
                ByteBuf said = said(turn);
                if ((whose & SERVER) == 0) {
                    client.sends(said);
                } else if (server != null) {
                    server.sendsBytes(said);
                    rig.run();
                }
                if (rig.opening() > 0) {
                    server = rig.open();
                }
            }
            if (client.port().receivedBytes().contains("\0CXX000\0")) {
                throw new AssertionError("internal error");
            }
        }
    }

    private static void turn(ByteBuf out, int whose, ByteBuf said) {
        out.writeByte(whose).writeShort(said.readableBytes()).writeBytes(said);
    }

    private ByteBuf form(ByteBuf message) {
        if (this == MESSAGES) {
            ByteBuf bare = Unpooled.buffer().writeByte(message.readByte());
            return bare.writeBytes(message.skipBytes(4));
        }
        return message;
    }

    private static ByteBuf message(char tag, String body) {
        return Unpooled.buffer()
                .writeByte(tag)
                .writeInt(4 + body.length())
                .writeBytes(body.getBytes(StandardCharsets.ISO_8859_1));
    }

    private byte[] conversation(ByteBuf[] client, ByteBuf[] server) {
        ByteBuf out = Unpooled.buffer();
        for (ByteBuf one : client) {
            turn(out, 0, form(one));
        }
        for (ByteBuf one : server) {
            turn(out, SERVER, form(one));
        }
        return ByteBufUtil.getBytes(out);
    }

    @Override
    public List<byte[]> seeds() {
        return List.of(
                conversation(
                        new ByteBuf[] {ScriptedClient.query("select 1")},
                        new ByteBuf[] {
                            message('D', "\0\1\0\0\0\0011"),
                            message('C', "SELECT 1\0"),
                            message('Z', "I")
                        }),
                conversation(
                        new ByteBuf[] {
                            ScriptedClient.parse("s", "select 1"),
                            ScriptedClient.bind("s"),
                            ScriptedClient.execute(),
                            ScriptedClient.sync()
                        },
                        new ByteBuf[] {
                            message('1', ""),
                            message('2', ""),
                            message('C', "SELECT 1\0"),
                            message('Z', "I")
                        }),
                conversation(
                        new ByteBuf[] {ScriptedClient.query("copy t from stdin")},
                        new ByteBuf[] {
                            message('G', "\0\0\0"),
                            message('E', "SERROR\0C22012\0Mno\0\0"),
                            message('S', "TimeZone\0UTC\0"),
                            message('N', "SNOTICE\0C00000\0Mno\0\0"),
                            message('A', "\0\0\0\1a\0b\0"),
                            message('Z', "T")
                        }),
                conversation(
                        new ByteBuf[] {
                            ScriptedClient.query("begin; set a.b = 'c'"), ScriptedClient.terminate()
                        },
                        new ByteBuf[] {message('C', "SET\0"), message('Z', "E")}));
    }
}
