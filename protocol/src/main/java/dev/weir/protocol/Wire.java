package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Writes the parts that all messages consist of: the frame, and strings terminated by a zero byte.
 */
final class Wire {
    private Wire() {}

    /** Begins a message and returns the index of its length word, for {@link #end}. */
    static int begin(ByteBuf out, byte tag) {
        out.writeByte(tag);
        return begin(out);
    }

    /** Begins a packet without a tag, as sent before the login. */
    static int begin(ByteBuf out) {
        int lengthIndex = out.writerIndex();
        out.writeInt(0);
        return lengthIndex;
    }

    /**
     * Writes the length word of the message that begins at {@code lengthIndex}; it counts itself.
     */
    static void end(ByteBuf out, int lengthIndex) {
        out.setInt(lengthIndex, out.writerIndex() - lengthIndex);
    }

    /** Writes a message that consists only of its tag and length. */
    static void empty(ByteBuf out, byte tag) {
        out.writeByte(tag).writeInt(Integer.BYTES);
    }

    /**
     * Writes a string in UTF-8 with its terminator.
     *
     * @throws IllegalArgumentException for a zero character: the text after it would be read as the
     *     next field, and a user name must not be able to add a parameter
     */
    static void string(ByteBuf out, String value) {
        int zero = value.indexOf('\0');
        if (zero >= 0) {
            // The message does not show the value, which may be a password.
            throw new IllegalArgumentException(
                    "zero character at " + zero + " of a string of " + value.length());
        }
        ByteBufUtil.writeUtf8(out, value);
        out.writeByte(0);
    }

    /** Writes bytes that are already an encoded string, with a terminator. */
    static void string(ByteBuf out, byte[] value) {
        assert !contains(value, (byte) 0) : "zero byte in a string";
        out.writeBytes(value).writeByte(0);
    }

    /** How an unknown tag is shown. */
    static String unknown(byte tag) {
        return tag > ' ' && tag < 0x7f
                ? "unknown message '" + (char) tag + "'"
                : "unknown message 0x" + Integer.toHexString(tag & 0xff);
    }

    private static boolean contains(byte[] bytes, byte wanted) {
        for (byte b : bytes) {
            if (b == wanted) {
                return true;
            }
        }
        return false;
    }
}
