package dev.weir.bench.terminate;

import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;

/** What is terminated: a statement that commits by itself, or the COMMIT of a block. */
enum Statement {
    INSERT("insert", true),
    EXTENDED("insert, extended", true),
    RETURNING("insert returning", true),
    UPSERT("insert on conflict", true),
    DEFERRED("insert, deferred trigger", true),
    FOREIGN_KEY("insert, deferred foreign key", true),
    NOTIFIES("insert, trigger with notify", true),
    COPY("copy from stdin", false),
    COMMIT("commit of a block", false);

    private static final byte[] PREPARED =
            Wire.concat(Wire.parse("i", "INSERT INTO plain (id) VALUES ($1::int8)"), Wire.sync());

    private final String title;
    private final boolean isOfTheRule;

    Statement(String title, boolean isOfTheRule) {
        this.title = title;
        this.isOfTheRule = isOfTheRule;
    }

    String title() {
        return title;
    }

    /** Whether Weir goes by the rule for it; else it is only counted. */
    boolean isOfTheRule() {
        return isOfTheRule;
    }

    /** Where its rows are. */
    String table() {
        return switch (this) {
            case DEFERRED -> "deferred";
            case FOREIGN_KEY -> "referring";
            case NOTIFIES -> "notifying";
            default -> "plain";
        };
    }

    /** What every cluster has. */
    static String schema() {
        return """
        CREATE TABLE plain (id int8 PRIMARY KEY, filler text DEFAULT repeat('x', 200));
        CREATE TABLE deferred (LIKE plain INCLUDING ALL);
        CREATE TABLE referred (n int PRIMARY KEY);
        INSERT INTO referred SELECT generate_series(1, 100);
        CREATE TABLE referring (id int8 PRIMARY KEY, n int NOT NULL
            REFERENCES referred DEFERRABLE INITIALLY DEFERRED);
        CREATE TABLE notifying (LIKE plain INCLUDING ALL);
        CREATE TABLE noted (id int8);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO noted VALUES (NEW.id); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER note AFTER INSERT ON deferred
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();
        CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_notify(''news'', NEW.id::text); RETURN NULL; END';
        CREATE TRIGGER tell AFTER INSERT ON notifying FOR EACH ROW EXECUTE FUNCTION tell();
        """;
    }

    /** Sends what comes before the message that is terminated, and takes its answer. */
    void prepare(WireClient client, long id) {
        switch (this) {
            case EXTENDED -> {
                client.send(PREPARED);
                client.readUntilReady();
            }
            case COMMIT -> {
                client.query("BEGIN");
                client.query("INSERT INTO plain (id) VALUES (" + id + ")");
            }
            default -> {}
        }
    }

    /** What is terminated. */
    byte[] message(long id) {
        return switch (this) {
            case INSERT -> Wire.query("INSERT INTO plain (id) VALUES (" + id + ")");
            case EXTENDED ->
                    Wire.concat(
                            Wire.bind("", "i", Long.toString(id)),
                            Wire.execute("", 0),
                            Wire.sync());
            case RETURNING ->
                    Wire.query("INSERT INTO plain (id) VALUES (" + id + ") RETURNING id, filler");
            case UPSERT ->
                    Wire.query(
                            "INSERT INTO plain (id) VALUES ("
                                    + id
                                    + ") ON CONFLICT (id) DO UPDATE SET filler = ''");
            case DEFERRED -> Wire.query("INSERT INTO deferred (id) VALUES (" + id + ")");
            case FOREIGN_KEY -> Wire.query("INSERT INTO referring (id, n) VALUES (" + id + ", 1)");
            case NOTIFIES -> Wire.query("INSERT INTO notifying (id) VALUES (" + id + ")");
            case COPY ->
                    Wire.concat(
                            Wire.query("COPY plain (id) FROM STDIN"),
                            Wire.copyData(
                                    (id + "\n")
                                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                            Wire.copyDone());
            case COMMIT -> Wire.query("COMMIT");
        };
    }
}
