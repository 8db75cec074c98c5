package dev.weir.auth;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** A list of networks, in the format of {@code trusted_networks}. Immutable. */
final class Networks {
    static final Networks NONE = new Networks(List.of());

    private final List<HbaAddress.Range> ranges;

    private Networks(List<HbaAddress.Range> ranges) {
        this.ranges = List.copyOf(ranges);
    }

    /**
     * Parses addresses, each with or without a number of bits.
     *
     * @throws IllegalArgumentException that names the one that is invalid
     */
    static Networks of(List<String> words) {
        List<HbaAddress.Range> ranges = new ArrayList<>();
        for (String word : words) {
            int slash = word.indexOf('/');
            byte[] base = HbaAddress.parse(slash < 0 ? word : word.substring(0, slash));
            String bits = slash < 0 || base == null ? "" : word.substring(slash + 1);
            boolean fits =
                    base != null
                            && (slash < 0
                                    || bits.matches("[0-9]{1,3}")
                                            && Integer.parseInt(bits) <= base.length * 8);
            if (base == null || !fits) {
                throw new IllegalArgumentException(
                        "\"" + word + "\" (expected: an address such as 10.0.0.0/8 or ::1)");
            }
            int width = slash < 0 ? base.length * 8 : Integer.parseInt(bits);
            ranges.add(new HbaAddress.Range(base, HbaAddress.mask(width, base.length)));
        }
        return new Networks(ranges);
    }

    boolean has(InetAddress address) {
        byte[] bytes = HbaAddress.bytes(address);
        for (HbaAddress.Range range : ranges) {
            if (range.has(bytes)) {
                return true;
            }
        }
        return false;
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }
}
