package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The ways in which a client writes the number of a row and is told that it is committed. */
enum Write {
    QUERY {
        @Override
        void commit(WireClient client, int id, long n) {
            fine(client.query(update(id, n)));
        }
    },
    BLOCK {
        @Override
        void commit(WireClient client, int id, long n) {
            fine(client.query("BEGIN"));
            fine(client.query(update(id, n)));
            fine(client.query("COMMIT"));
        }
    },
    BLOCK_IN_ONE_TEXT {
        @Override
        void commit(WireClient client, int id, long n) {
            fine(client.query("BEGIN; " + update(id, n) + "; COMMIT"));
        }
    },
    BLOCK_IN_ONE_PACKET {
        @Override
        void commit(WireClient client, int id, long n) {
            client.send(Wire.query("BEGIN"), Wire.query(update(id, n)), Wire.query("COMMIT"));
            fine(client.readUntilReady(3));
        }
    },
    /** A COMMIT that leaves another transaction open, until {@link #rest}. */
    CHAIN {
        @Override
        void commit(WireClient client, int id, long n) {
            fine(client.query("BEGIN"));
            fine(client.query(update(id, n)));
            fine(client.query("COMMIT AND CHAIN"));
        }

        @Override
        void rest(WireClient client) {
            fine(client.query("ROLLBACK"));
        }
    },
    TWO_TEXTS {
        @Override
        void commit(WireClient client, int id, long n) {
            fine(client.query(update(id, n - 1) + "; " + update(id, n)));
        }
    },
    UNNAMED {
        @Override
        void commit(WireClient client, int id, long n) {
            client.send(
                    Wire.parse("", "UPDATE pairs SET n = $2 WHERE id = $1"),
                    Wire.bind("", "", "" + id, "" + n),
                    Wire.execute("", 0),
                    Wire.sync());
            fine(client.readUntilReady());
        }
    },
    NAMED {
        @Override
        void prepare(WireClient client) {
            client.send(Wire.parse("write", "UPDATE pairs SET n = $2 WHERE id = $1"), Wire.sync());
            fine(client.readUntilReady());
        }

        @Override
        void commit(WireClient client, int id, long n) {
            client.send(Wire.bind("", "write", "" + id, "" + n), Wire.execute("", 0), Wire.sync());
            fine(client.readUntilReady());
        }
    },
    /** The Sync comes when the answer is here already. */
    FLUSHED {
        @Override
        void commit(WireClient client, int id, long n) {
            client.send(Wire.parse("", update(id, n)), Wire.bind("", ""));
            client.send(Wire.execute("", 0), Wire.flush());
            while (client.read().tag() != 'C') {}
            client.send(Wire.sync());
            fine(client.readUntilReady());
        }
    },
    PIPELINED_BLOCK {
        @Override
        void commit(WireClient client, int id, long n) {
            for (String text : List.of("BEGIN", update(id, n), "COMMIT")) {
                client.send(Wire.parse("", text), Wire.bind("", ""), Wire.execute("", 0));
            }
            client.send(Wire.sync());
            fine(client.readUntilReady());
        }
    },
    VOLATILE_FUNCTION {
        @Override
        void commit(WireClient client, int id, long n) {
            fine(client.query("SELECT write(" + id + ", " + n + ")"));
        }
    },
    /** Its replica refuses it, and the primary runs it. */
    LYING_FUNCTION {
        @Override
        void commit(WireClient client, int id, long n) {
            fine(client.query("SELECT lie(" + id + ", " + n + ")"));
        }
    },
    /** With a text that has been refused before. */
    LYING_AGAIN {
        @Override
        void commit(WireClient client, int id, long n) {
            fine(client.query(update(id, n - 1)));
            fine(client.query("SELECT lie(" + id + ")"));
        }
    },
    PROCEDURE {
        @Override
        void commit(WireClient client, int id, long n) {
            fine(client.query("CALL write_and_commit(" + id + ", " + n + ")"));
        }
    },
    DO {
        @Override
        void commit(WireClient client, int id, long n) {
            fine(client.query("DO $$ BEGIN PERFORM write(" + id + ", " + n + "); END $$"));
        }
    },
    WITH {
        @Override
        void commit(WireClient client, int id, long n) {
            fine(client.query("WITH w AS (" + update(id, n) + " RETURNING n) SELECT n FROM w"));
        }
    },
    COPY {
        @Override
        void commit(WireClient client, int id, long n) {
            client.send(Wire.query("COPY inbox FROM STDIN"));
            assertThat(client.read().tag()).isEqualTo('G');
            byte[] line = (id + "\t" + n + "\n").getBytes(StandardCharsets.US_ASCII);
            client.send(Wire.copyData(line), Wire.copyDone());
            fine(client.readUntilReady());
        }
    };

    /** What the primary needs for all of them. */
    static final String SCHEMA =
            """
            CREATE TABLE pairs (id int PRIMARY KEY, n bigint NOT NULL);
            INSERT INTO pairs SELECT g, 0 FROM generate_series(0, 31) g;
            CREATE FUNCTION node() RETURNS int STABLE LANGUAGE sql AS
              'SELECT current_setting(''port'')::int';
            CREATE FUNCTION write(int, bigint) RETURNS bigint VOLATILE LANGUAGE sql AS
              'UPDATE pairs SET n = $2 WHERE id = $1 RETURNING n';
            CREATE FUNCTION lie(int, bigint) RETURNS bigint STABLE LANGUAGE sql AS
              'SELECT write($1, $2)';
            CREATE FUNCTION next(int) RETURNS bigint VOLATILE LANGUAGE sql AS
              'UPDATE pairs SET n = n + 1 WHERE id = $1 RETURNING n';
            CREATE FUNCTION lie(int) RETURNS bigint STABLE LANGUAGE sql AS 'SELECT next($1)';
            CREATE PROCEDURE write_and_commit(int, bigint) LANGUAGE plpgsql AS
              'BEGIN PERFORM write($1, $2); COMMIT; END';
            CREATE TABLE inbox (id int, n bigint);
            CREATE FUNCTION take() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN PERFORM write(NEW.id, NEW.n); RETURN NULL; END';
            CREATE TRIGGER take BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION take();
            CREATE ROLE lazy SUPERUSER LOGIN PASSWORD 'lazy';
            ALTER ROLE lazy SET synchronous_commit = off;
            """;

    /** Once for each client. */
    void prepare(WireClient client) {}

    abstract void commit(WireClient client, int id, long n);

    /** Ends what {@link #commit} has left open. */
    void rest(WireClient client) {}

    private static String update(int id, long n) {
        return "UPDATE pairs SET n = " + n + " WHERE id = " + id;
    }

    private static void fine(List<Message> answer) {
        Routes.assertFine(answer);
    }
}
