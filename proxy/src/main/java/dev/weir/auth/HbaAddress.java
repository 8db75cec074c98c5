package dev.weir.auth;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The client addresses that a rule applies to. */
sealed interface HbaAddress {
    /** Whether the rule applies to a client that comes from {@code address}. */
    boolean has(byte[] address);

    /** Every address. */
    record All() implements HbaAddress {
        @Override
        public boolean has(byte[] address) {
            return true;
        }
    }

    /** The addresses of one family that equal {@code base} in the bits of {@code mask}. */
    final class Range implements HbaAddress {
        private final byte[] base;
        private final byte[] mask;

        Range(byte[] base, byte[] mask) {
            assert base.length == mask.length;
            this.base = base;
            this.mask = mask;
        }

        @Override
        public boolean has(byte[] address) {
            if (address.length != base.length) {
                return false;
            }
            for (int i = 0; i < address.length; i++) {
                if (((address[i] ^ base[i]) & mask[i]) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Several ranges. */
    record Ranges(List<Range> ranges) implements HbaAddress {
        @Override
        public boolean has(byte[] address) {
            for (Range range : ranges) {
                if (range.has(address)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** The bytes of a numeric address; null if it is not one. */
    static byte @Nullable [] parse(String text) {
        return text.startsWith("[") ? null : NetUtil.createByteArrayFromIpAddressString(text);
    }

    /**
     * The mask of a number of bits.
     *
     * @param length of an address in bytes
     */
    static byte[] mask(int bits, int length) {
        byte[] mask = new byte[length];
        for (int i = 0; i < bits; i++) {
            mask[i / 8] |= (byte) (0x80 >> i % 8);
        }
        return mask;
    }

    /**
     * This machine's own addresses, or its networks, at this moment.
     *
     * @throws IllegalArgumentException if they cannot be determined
     */
    static HbaAddress own(boolean networks) {
        List<Range> ranges = new ArrayList<>();
        try {
            for (NetworkInterface face : NetworkInterface.networkInterfaces().toList()) {
                for (InterfaceAddress of : face.getInterfaceAddresses()) {
                    byte[] base = of.getAddress().getAddress();
                    int bits = networks ? of.getNetworkPrefixLength() : base.length * 8;
                    ranges.add(new Range(base, mask(bits, base.length)));
                }
            }
        } catch (SocketException e) {
            throw new IllegalArgumentException("cannot list the network interfaces: " + e, e);
        }
        return new Ranges(ranges);
    }

    /** The bytes of an address; for an IPv4-mapped IPv6 address, those of the IPv4 address. */
    static byte[] bytes(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != 16) {
            return bytes;
        }
        for (int i = 0; i < 12; i++) {
            if (bytes[i] != (i < 10 ? 0 : -1)) {
                return bytes;
            }
        }
        return Arrays.copyOfRange(bytes, 12, 16);
    }
}
