package dev.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every target with its seeds, with what was found before, and with some mutations of both. */
final class FuzzTest {
    private static final int MUTATIONS = 300;

    static List<FuzzTarget> targets() {
        return Fuzz.targets();
    }

    /** What was found before: lines of hexadecimal digits, in a resource of the target's title. */
    private static List<byte[]> findings(FuzzTarget target) {
        String name = "/fuzz/" + target.title();
        try (InputStream in = FuzzTest.class.getResourceAsStream(name)) {
            if (in == null) {
                return List.of();
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(HexFormat.of()::parseHex)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("targets")
    void takesAnyBytes(FuzzTarget target) {
        List<byte[]> inputs = new ArrayList<>(target.seeds());
        assertThat(inputs).isNotEmpty();
        inputs.addAll(findings(target));
        inputs.forEach(input -> run(target, input));
        run(target, new byte[0]);
        var random = new Random(14);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] input = inputs.get(random.nextInt(inputs.size()));
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                input = mutated(random, input);
            }
            run(target, input);
        }
    }

    private static void run(FuzzTarget target, byte[] input) {
        try {
            target.run(input.clone());
        } catch (RuntimeException | Error e) {
            String hex = HexFormat.of().formatHex(input);
            throw new AssertionError(target.title() + " does not take " + hex, e);
        }
    }

    private static byte[] mutated(Random random, byte[] input) {
        if (input.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(input.length);
        byte[] copy = input.clone();
        switch (random.nextInt(5)) {
            case 0 -> copy[at] = (byte) random.nextInt();
            case 1 -> copy[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> copy = Arrays.copyOf(copy, at);
            case 3 -> copy = Arrays.copyOf(copy, copy.length + 1 + random.nextInt(8));
            default -> { // a part of it once more
                int length = 1 + random.nextInt(input.length - at);
                copy = Arrays.copyOf(copy, copy.length + length);
                System.arraycopy(input, at, copy, input.length, length);
            }
        }
        return copy;
    }
}
