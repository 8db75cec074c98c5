package dev.weir.tls;

import dev.weir.config.TextFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The blocks of a file in PEM (RFC 7468); any text between them is a comment. */
final class PemFile {
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private final String name;
    private final List<Block> blocks = new ArrayList<>();

    /** A block, such as a CERTIFICATE. */
    static final class Block {
        private final String label;
        private final Map<String, String> headers;
        private final byte[] content;

        Block(String label, Map<String, String> headers, byte[] content) {
            this.label = label;
            this.headers = headers;
            this.content = content;
        }

        String label() {
            return label;
        }

        /**
         * A header, such as {@code DEK-Info} in old encrypted keys; null if the block does not have
         * it.
         */
        @Nullable String header(String name) {
            return headers.get(name);
        }

        byte[] content() {
            return content.clone();
        }
    }

    private PemFile(String name) {
        this.name = name;
    }

    static PemFile read(String name) throws InvalidTls {
        try {
            var file = new PemFile(name);
            byte[] text = TextFile.bytes(Path.of(name), TextFile.BYTES_MAX);
            file.parse(new String(text, StandardCharsets.ISO_8859_1));
            return file;
        } catch (IOException e) {
            throw new InvalidTls("cannot read \"" + name + "\": " + TextFile.reason(e));
        } catch (InvalidPathException e) {
            throw new InvalidTls("cannot read \"" + name + "\": " + e.getMessage());
        }
    }

    private void parse(String text) throws InvalidTls {
        String label = null;
        var headers = new LinkedHashMap<String, String>();
        var base64 = new StringBuilder();
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
                label = line.substring(BEGIN.length(), line.length() - DASHES.length());
                headers.clear();
                base64.setLength(0);
            } else if (label != null && line.startsWith(END)) {
                blocks.add(new Block(label, Map.copyOf(headers), content(label, base64)));
                label = null;
            } else if (label != null && line.indexOf(':') > 0) {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
            } else if (label != null) {
                base64.append(line);
            }
        }
        if (label != null) {
            throw new InvalidTls("\"" + name + "\": " + label + " without its END line");
        }
    }

    private byte[] content(String label, StringBuilder base64) throws InvalidTls {
        try {
            return Base64.getDecoder().decode(base64.toString());
        } catch (IllegalArgumentException e) {
            throw new InvalidTls("\"" + name + "\": the base64 of a " + label + " is broken");
        }
    }

    /** Returns the contents of all blocks with this label, in the order of the file. */
    List<byte[]> contents(String label) {
        return blocks.stream().filter(b -> b.label.equals(label)).map(Block::content).toList();
    }

    List<Block> blocks() {
        return blocks;
    }

    /** The name of the file, for error messages. */
    @Override
    public String toString() {
        return '"' + name + '"';
    }
}
