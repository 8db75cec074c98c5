package dev.weir.auth;

import dev.weir.config.ConfigException;
import dev.weir.fuzz.FuzzTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files that say who may log in. */
public enum AuthFuzz implements FuzzTarget {
    HBA {
        @Override
        void read(Path file) throws ConfigException {
            HbaRules.load(file);
        }

        @Override
        public List<byte[]> seeds() {
            return texts(
                    """
                    # who may come
                    host all "a""nn",+group 10.0.0.0/8 scram-sha-256
                    local sameuser all peer map=m1
                    hostssl /^db[0-9]+$ all ::1/128 cert clientcert=verify-full \\
                      map=m2
                    hostnossl replication @users samenet reject
                    host all all ldap.example.net ldap ldapserver=x ldapbasedn="dc=a"
                    host all all 10.0.0.1 255.255.255.0 trust
                    """);
        }
    },
    IDENT {
        @Override
        void read(Path file) throws ConfigException {
            IdentMaps.load(file).allows("m1", "ann@example.net", "ann");
        }

        @Override
        public List<byte[]> seeds() {
            return texts("m1 /^(.*)@example\\.net$ \\1\nm1 \"bob x\" +group\nm2 ann /^a\n");
        }
    };

    private static final Path FILE = file();

    abstract void read(Path file) throws ConfigException;

    private static List<byte[]> texts(String text) {
        return List.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Path file() {
        try {
            Path file = Files.createTempFile("fuzz", ".conf");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void run(byte[] input) {
        try {
            Files.write(FILE, input);
            read(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ConfigException e) {
            if (e.getMessage() == null) {
                throw new AssertionError("says nothing", e);
            }
        }
    }
}
