package dev.weir.config;

import dev.weir.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The text of a configuration, and of a users file. */
public enum ConfigFuzz implements FuzzTarget {
    INI {
        @Override
        void read(String text) throws ConfigException {
            if (!text.contains("%include")) { // which reads files of this machine
                Config.parse("fuzz.ini", text);
            }
        }

        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes(
                            """
                            [databases]
                            app = nodes=pg1:5432,pg2 dbname='a''b' pool_size=3 connect_query='x'
                            * = host=10.0.0.5,/run/pg port=5432 auth_query='select $1'
                            [users]
                            "a""nn" = pool_mode=session max_user_connections=3
                            [peers]
                            1 = host=/run/weir1 port=6432 pool_size=2
                            [pgbouncer]
                            ; a comment
                            auth_type = any
                            query_timeout = 3 min
                            max_buffer_memory = 10 MB
                            listen_addr = *
                            unix_socket_mode = 0777
                            """));
        }
    },
    USERS {
        @Override
        void read(String text) throws ConfigException {
            UserList.parse("userlist.txt", text);
        }

        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes("\"ann\" \"sun\"\n\"b\"\"ob\" \"md5abc\" more\n; comment\n"),
                    bytes("\"eve\" \"SCRAM-SHA-256$2:AQID$AAAA:AAAA\""));
        }
    };

    abstract void read(String text) throws ConfigException;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void run(byte[] input) {
        try {
            read(new String(input, StandardCharsets.UTF_8));
        } catch (ConfigException e) {
            if (e.getMessage() == null) {
                throw new AssertionError("says nothing", e);
            }
        }
    }
}
