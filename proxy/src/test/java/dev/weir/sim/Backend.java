package dev.weir.sim;

import dev.weir.cluster.Lsn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a {@link SimServer}: answers the start, Query, Parse, Bind, Describe, Execute,
 * Close, Sync and FunctionCall, with its transactions and settings, and says in each row whose text
 * it runs.
 */
final class Backend extends Peer {
    private static final int CANCEL_CODE = 80_877_102;
    private static final int SSL_CODE = 80_877_103;

    /** The OID of txid_current_if_assigned; else one is called that tells an LSN. */
    private static final int ASSIGNED_XID = 3348;

    /** How the query begins that asks which server this is. */
    private static final String IDENTITY = "SELECT system_identifier, CASE";

    /** How the query begins with which a pool wipes a connection. */
    private static final String WIPE = "SET SESSION AUTHORIZATION DEFAULT;";

    private final SimServer server;
    private final int systemIdentifier;
    private final int secret;
    private final Map<String, String> prepared = new HashMap<>();
    private final List<String> notYetRun = new ArrayList<>();
    private final List<int[]> written = new ArrayList<>();

    /** The number of the transaction that is open; 0 = it has written nothing. */
    private long xid;

    private int timelineOfXid;
    private Map<String, String> settings = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private @Nullable Map<String, String> settingsBefore;
    private final Map<String, String> resetValues = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private boolean isListening;
    private boolean isListeningBefore;
    private boolean isIn;
    private boolean isSkipping;
    private boolean isCanceled;
    private char status = 'I';
    private String portalText = "";
    private String portalParameter = "";
    private String executing = "";
    private boolean isReadOnly;
    private boolean hasFailed;

    /** What is done when the query that runs is over; null = none runs. */
    private @Nullable Runnable running;

    private long runNumber;

    Backend(SimServer server) {
        super(server.world, server.world.nextPeer());
        this.server = server;
        this.systemIdentifier = server.systemIdentifier();
        this.secret = server.world.dice().nextInt();
        server.backends.add(this);
        world.schedule().afterMillis(120_000, this::leave);
    }

    @Override
    public String toString() {
        return "server" + server.index + "#" + number();
    }

    @Override
    String state() {
        if (isGone()) {
            return "server that closes";
        } else if (!isIn) {
            return "server at the login";
        } else if (running != null) {
            return "server at work";
        }
        return status == 'I' ? "server" : "server in a block";
    }

    int secret() {
        return secret;
    }

    @Override
    void gone() {
        server.backends.remove(this);
        endsXid();
    }

    @Override
    void ended() {
        leave();
    }

    /** An administrator's command, or the end of the server. */
    void shutDown() {
        if (isIn) {
            error("FATAL", "57P01", "terminating connection due to administrator command");
        }
        if (world.dice().oneIn(3)) {
            sendPartly();
        } else {
            send();
            leave();
        }
    }

    void cancel() {
        Runnable then = running;
        if (then != null) {
            isCanceled = true;
            running = null;
            runNumber++;
            then.run();
            deaf(running != null);
        }
    }

    @Override
    int messageBytes(Pipe in) {
        if (isIn) {
            return super.messageBytes(in);
        }
        return in.size() < 4 ? -1 : in.intAt(0);
    }

    @Override
    void message(Pipe in, int bytes) {
        if (!isIn) {
            start(in, bytes);
            return;
        }
        char tag = (char) in.byteAt(0);
        in.skip(5);
        byte[] body = in.take(bytes - 5);
        if (world.faults() && world.dice().oneIn(4_000)) {
            die(tag);
            return;
        }
        if (isSkipping && tag != 'S' && tag != 'X') {
            return;
        }
        boolean isIdentity = tag == 'Q' && text(body, 0, body.length - 1).startsWith(IDENTITY);
        if (systemIdentifier != SimServer.CLUSTER && tag != 'X' && !isIdentity) {
            world.fails("a server of another cluster got a message " + tag);
        }
        switch (tag) {
            case 'Q' -> query(text(body, 0, body.length - 1));
            case 'P' -> parse(body);
            case 'B' -> bind(body);
            case 'D' -> describe();
            case 'E' -> execute();
            case 'C' -> close(body);
            case 'S' -> sync();
            case 'F' -> functionCall(number(body, 0));
            case 'H' -> {}
            case 'X' -> leave();
            default -> world.fails("the server got a message " + tag);
        }
        send();
    }

    private void die(char tag) {
        switch (world.dice().below(3)) {
            case 0 -> vanish();
            case 1 -> {
                if (!isSkipping && (tag == 'Q' || tag == 'E')) {
                    row("half a row");
                    sendPartly();
                } else {
                    vanish();
                }
            }
            default -> shutDown();
        }
    }

    // --- the start ----------------------------------------------------------------------------

    private void start(Pipe in, int bytes) {
        in.skip(4);
        byte[] body = in.take(bytes - 4);
        int code = number(body, 0);
        if (code == CANCEL_CODE) {
            int processId = number(body, 4);
            int key = number(body, 8);
            Runnable signal =
                    () -> {
                        server.cancel(processId, key);
                        leave();
                    };
            world.schedule().after(world.dice().below(3_000_000), signal);
            return;
        } else if (code == SSL_CODE) {
            put('N');
            send();
            return;
        }
        switch (server.mode()) {
            case HANGING -> {}
            case FULL -> refuse("53300", "sorry, too many clients already");
            case NOT_YET -> refuse("57P03", "the database system is starting up");
            case BREAKING -> {
                welcome();
                sendPartly();
            }
            case UP, REFUSING, ROGUE -> {
                readStartup(body);
                welcome();
                send();
            }
        }
    }

    /** Reads the settings in a startup packet. */
    private void readStartup(byte[] body) {
        String[] words =
                new String(body, 4, body.length - 4, StandardCharsets.UTF_8).split("\0", -1);
        for (int i = 0; i + 1 < words.length && !words[i].isEmpty(); i += 2) {
            if (words[i].equals("work_mem")) {
                resetValues.put(words[i], words[i + 1]);
            }
        }
    }

    private static int number(byte[] body, int at) {
        return (body[at] & 0xff) << 24
                | (body[at + 1] & 0xff) << 16
                | (body[at + 2] & 0xff) << 8
                | body[at + 3] & 0xff;
    }

    private void refuse(String sqlState, String text) {
        error("FATAL", sqlState, text);
        send();
        leave();
    }

    private void welcome() {
        isIn = true;
        int authentication = begin('R');
        putInt(0);
        end(authentication);
        reports("server_version", "18.1");
        reports("client_encoding", "UTF8");
        reports("standard_conforming_strings", "on");
        reports("application_name", "");
        reports("in_hot_standby", server.store.isReplica ? "on" : "off");
        int key = begin('K');
        putInt(number());
        putInt(secret);
        end(key);
        ready();
    }

    // --- what it says -------------------------------------------------------------------------

    private void reports(String name, String value) {
        int begun = begin('S');
        putString(name);
        putString(value);
        end(begun);
    }

    private void ready() {
        int begun = begin('Z');
        put(status);
        end(begun);
    }

    private void error(String severity, String sqlState, String text) {
        int begun = begin('E');
        put('S');
        putString(severity);
        put('V');
        putString(severity);
        put('C');
        putString(sqlState);
        put('M');
        putString(text);
        put(0);
        end(begun);
    }

    private void simple(char tag) {
        end(begin(tag));
    }

    private void description(int columns) {
        int begun = begin('T');
        putShort(columns);
        for (int i = 0; i < columns; i++) {
            putString("c");
            putInt(0);
            putShort(0);
            putInt(25);
            putShort(-1);
            putInt(-1);
            putShort(0);
        }
        end(begun);
    }

    private void row(@Nullable String... values) {
        int begun = begin('D');
        putShort(values.length);
        for (String value : values) {
            putInt(value == null ? -1 : value.length());
            if (value != null) {
                putText(value);
            }
        }
        end(begun);
    }

    private void complete(String tag) {
        int begun = begin('C');
        putString(tag);
        end(begun);
    }

    // --- transactions -------------------------------------------------------------------------

    private void beginsImplicitly() {
        if (settingsBefore == null) {
            settingsBefore = new TreeMap<>(settings);
            isListeningBefore = isListening;
        }
    }

    private void commits() {
        settingsBefore = null;
        if (!written.isEmpty()) {
            world.committed(server, written);
            written.clear();
            if (xid != 0 && cluster().timeline() == timelineOfXid) {
                cluster().xids().committed(xid, server.store.lsn);
            }
        }
        endsXid();
        isReadOnly = false;
        status = 'I';
    }

    private void rollsBack() {
        Map<String, String> before = settingsBefore;
        if (before != null) {
            String name = settings.getOrDefault("application_name", "");
            String old = before.getOrDefault("application_name", "");
            settings = before;
            isListening = isListeningBefore;
            settingsBefore = null;
            if (!name.equals(old)) {
                reports("application_name", old);
            }
        }
        written.clear();
        endsXid();
        isReadOnly = false;
        status = 'I';
    }

    private SimCluster cluster() {
        return world.cluster();
    }

    private void endsXid() {
        if (xid != 0 && cluster().timeline() == timelineOfXid) {
            cluster().xids().ended(xid);
        }
        xid = 0;
    }

    private void failed(String sqlState, String text) {
        hasFailed = true;
        error("ERROR", sqlState, text);
        notYetRun.clear();
        if (status == 'I') {
            rollsBack();
        } else {
            status = 'E';
        }
    }

    // --- simple query -------------------------------------------------------------------------

    private void query(String text) {
        notYetRun.clear();
        if (text.startsWith(IDENTITY)) {
            tellIdentity();
            return;
        }
        boolean isOne = text.startsWith("DO ") || text.startsWith(WIPE);
        String[] all = isOne ? new String[] {text} : text.split(";", -1);
        for (String one : all) {
            if (!one.isBlank()) {
                notYetRun.add(one.strip());
            }
        }
        if (notYetRun.isEmpty()) {
            simple('I');
        }
        prepared.remove("");
        portalParameter = "";
        executing = "";
        runNext();
    }

    private void runNext() {
        while (!notYetRun.isEmpty()) {
            String one = notYetRun.removeFirst();
            Runnable run = () -> run(one, true);
            if (takesTime(one, run, this::runNext)) {
                return;
            }
            run.run();
        }
        if (status == 'I') {
            commits();
        }
        ready();
        send();
    }

    /** Lets a statement run for a while, if it is one that does. */
    private boolean takesTime(String text, Runnable whenDone, Runnable then) {
        int nanos = nanosOf(text);
        if (nanos == 0) {
            return false;
        }
        long number = ++runNumber;
        Runnable end =
                () -> {
                    if (isCanceled) {
                        isCanceled = false;
                        failed("57014", "canceling statement due to user request");
                        isSkipping = text.equals(executing);
                    } else {
                        whenDone.run();
                    }
                    send();
                    then.run();
                };
        running = end;
        deaf(true);
        world.schedule()
                .after(
                        nanos,
                        () -> {
                            if (number == runNumber && running != null && !isGone()) {
                                running = null;
                                end.run();
                                deaf(running != null);
                            }
                        });
        return true;
    }

    private int nanosOf(String text) {
        if (text.startsWith("SELECT pg_catalog.pg_sleep(0")) {
            return text.contains("0.1") ? 100_000_000 : 0;
        }
        int at = text.indexOf("pg_sleep(");
        if (at >= 0) {
            int end = text.indexOf(')', at);
            return Integer.parseInt(text, at + 9, end, 10) * 1_000_000;
        }
        int chance = world.dice().below(100);
        if (chance < 70) {
            return 0;
        }
        return chance < 97 ? world.dice().below(300_000) + 1 : world.dice().below(20_000_000) + 1;
    }

    private void run(String text, boolean describes) {
        if (status == 'E' && !text.startsWith("ROLLBACK") && !text.startsWith("COMMIT")) {
            failed("25P02", "current transaction is aborted");
            return;
        }
        beginsImplicitly();
        if (text.startsWith("DO ")) {
            String[] parts = text.split("'", -1);
            failed(parts[1], parts[3]);
        } else if (text.startsWith("ROLLBACK TO")) {
            failed("3B001", "savepoint does not exist");
        } else if (text.startsWith("BEGIN")) {
            status = 'T';
            isReadOnly = text.contains("READ ONLY");
            complete("BEGIN");
        } else if (text.startsWith("COMMIT")) {
            if (status == 'E') {
                rollsBack();
                complete("ROLLBACK");
            } else if (world.faults() && xid != 0 && world.dice().oneIn(6)) {
                diesWithCommit();
            } else {
                commits();
                complete("COMMIT");
            }
        } else if (text.startsWith("ROLLBACK")) {
            rollsBack();
            complete("ROLLBACK");
        } else if (text.startsWith("SELECT 's'")
                || text.startsWith("(SELECT 'c'")
                || text.startsWith("SELECT 'p'")) {
            probe(text);
        } else if (text.startsWith("SELECT system_identifier")) {
            if (!server.store.isReplica) {
                row(clusterText(), Integer.toString(cluster().timeline()), recoveredTo(), "t", "4");
            }
            complete("SELECT 1");
        } else if (text.startsWith("SELECT 'weir_commit'")) {
            tellCommit(text);
        } else if (text.startsWith("SELECT pg_catalog.set_config(")) {
            String[] parts = text.split("E?'", -1);
            set(parts[1], parts[3]);
            description(1);
            row(parts[3]);
            complete("SELECT 1");
        } else if (text.startsWith(WIPE)) {
            for (String name : List.copyOf(settings.keySet())) {
                unset(name);
            }
            isListening = false;
            complete("SELECT 1");
        } else if (text.startsWith("RESET \"")) {
            unset(text.substring(7, text.length() - 1));
            complete("RESET");
        } else if (text.startsWith("SET LOCAL ")) {
            complete("SET"); // a timeout, and here nothing times out
        } else if (text.startsWith("SET ")) {
            String[] parts = text.split("[ ']+", -1);
            set(parts[1], parts[3]);
            complete("SET");
        } else if (text.startsWith("SHOW ")) {
            if (describes) {
                description(1);
            }
            String name = text.split(" ", -1)[1];
            String unset = name.endsWith("_timeout") ? "0" : "default";
            row(settings.getOrDefault(name, resetValues.getOrDefault(name, unset)));
            complete("SHOW");
        } else if (text.startsWith("DISCARD ALL")) {
            for (String name : List.copyOf(settings.keySet())) {
                unset(name);
            }
            prepared.clear();
            isListening = false;
            complete("DISCARD ALL");
        } else if (text.startsWith("LISTEN")) {
            listen();
        } else if (text.startsWith("UNLISTEN")) {
            isListening = false;
            complete("UNLISTEN");
        } else if (text.startsWith("UPDATE")) {
            update(text);
        } else {
            select(text, describes);
        }
    }

    /** Nobody is told whether it was carried out. */
    private void diesWithCommit() {
        if (world.dice().nextBoolean()) {
            commits();
        }
        vanish();
    }

    private @Nullable String recoveredTo() {
        long lsn = cluster().xids().recoveredTo();
        return lsn < 0 ? null : Lsn.text(lsn);
    }

    private String clusterText() {
        return Integer.toString(systemIdentifier);
    }

    /** The first thing that Weir asks; in some worlds it may not. */
    private void tellIdentity() {
        if (world.rules().deniesIdentity()) {
            error("ERROR", "42501", "permission denied for function pg_control_system");
        } else {
            boolean isReplica = server.store.isReplica;
            description(2);
            row(clusterText(), isReplica ? null : Integer.toString(cluster().timeline()));
            complete("SELECT 1");
        }
        ready();
    }

    /** What has become of a transaction. */
    private void tellCommit(String text) {
        int at = text.indexOf("CASE WHEN ") + 10;
        String status =
                cluster().xids().status(Long.parseLong(text, at, text.indexOf(' ', at), 10));
        row(
                "weir_commit",
                server.store.isReplica ? "t" : "f",
                clusterText(),
                Integer.toString(cluster().timeline()),
                recoveredTo(),
                "t",
                status.isEmpty() ? null : status,
                "f",
                "f");
        complete("SELECT 1");
    }

    private void select(String text, boolean describes) {
        String token = token(text);
        if (text.contains("1/0")) {
            if (describes) {
                description(2);
            }
            failed("22012", "division by zero: " + token);
            return;
        }
        if (describes) {
            description(2);
        }
        int client = text.contains("FROM t") ? clientOf(text) : -1;
        String value = client < 0 ? portalParameter : Integer.toString(value(client));
        row(token, value);
        int repeat = text.indexOf("repeat(");
        if (repeat >= 0) {
            int bytes = Integer.parseInt(text, repeat + 12, text.indexOf(')', repeat), 10);
            row(token, "x".repeat(bytes));
        }
        complete("SELECT 1");
    }

    private int value(int client) {
        int value = server.store.value(client);
        for (int[] one : written) {
            value = one[0] == client ? one[1] : value;
        }
        return value;
    }

    /** A standby refuses it: else a client could be pinned where it can never write. */
    private void listen() {
        if (server.store.isReplica) {
            failed("25006", "cannot execute LISTEN during recovery");
        } else {
            isListening = true;
            complete("LISTEN");
        }
    }

    private void update(String text) {
        if (server.store.isReplica || isReadOnly) {
            failed("25006", "cannot execute UPDATE in a read-only transaction");
            return;
        }
        int at = text.indexOf("v = ") + 4;
        int value = Integer.parseInt(text, at, text.indexOf(' ', at), 10);
        written.add(new int[] {clientOf(text), value});
        if (xid == 0) {
            xid = cluster().xids().assign(server.store.lsn);
            timelineOfXid = cluster().timeline();
        }
        complete("UPDATE 1");
    }

    private static int clientOf(String text) {
        int at = text.indexOf("c = ") + 4;
        int end = at;
        while (end < text.length() && Character.isDigit(text.charAt(end))) {
            end++;
        }
        return Integer.parseInt(text, at, end, 10);
    }

    /** The first string in a text. */
    private static String token(String text) {
        int from = text.indexOf('\'') + 1;
        int to = text.indexOf('\'', from);
        if (from > 0 && to < 0) {
            throw new IllegalStateException("the server got " + text);
        }
        return from == 0 ? "" : text.substring(from, to);
    }

    private void set(String name, String value) {
        settings.put(name, value);
        if (name.equals("application_name")) {
            reports(name, value);
        }
    }

    private void unset(String name) {
        if (settings.remove(name) != null && name.equalsIgnoreCase("application_name")) {
            reports("application_name", "");
        }
    }

    /** What is left on the connection: settings, and whether it listens. */
    private void probe(String text) {
        description(3);
        if (text.startsWith("SELECT 's'")) {
            settings.forEach((name, value) -> row("s", name, value));
        }
        if (text.contains("SELECT 'r'")) {
            row("r", "statement_timeout", "0");
            row("r", "lock_timeout", "0");
        }
        if (text.contains("pg_listening_channels") && isListening) {
            int begun = begin('D');
            putShort(3);
            putInt(1);
            putText("c");
            putInt(8);
            putText("6e657773");
            putInt(-1);
            end(begun);
        }
        complete("SELECT 1");
    }

    // --- extended query -----------------------------------------------------------------------

    private void fails(String sqlState, String text) {
        failed(sqlState, text);
        isSkipping = true;
    }

    private void parse(byte[] body) {
        int nameEnd = zero(body, 0);
        int textEnd = zero(body, nameEnd + 1);
        String name = text(body, 0, nameEnd);
        String parsed = text(body, nameEnd + 1, textEnd);
        if (status == 'E' && !parsed.startsWith("ROLLBACK") && !parsed.startsWith("COMMIT")) {
            fails("25P02", "current transaction is aborted");
        } else if (!name.isEmpty() && prepared.containsKey(name)) {
            fails("42P05", "prepared statement exists: " + name);
        } else {
            prepared.put(name, parsed);
            simple('1');
        }
    }

    private void bind(byte[] body) {
        int portalEnd = zero(body, 0);
        int nameEnd = zero(body, portalEnd + 1);
        String text = prepared.get(text(body, portalEnd + 1, nameEnd));
        if (text == null) {
            fails("26000", "prepared statement does not exist");
            return;
        }
        if (status == 'E' && !text.startsWith("ROLLBACK") && !text.startsWith("COMMIT")) {
            fails("25P02", "current transaction is aborted");
            return;
        }
        int at = nameEnd + 1;
        at += 2 + 2 * (body[at] << 8 | body[at + 1]);
        int count = body[at] << 8 | body[at + 1];
        portalParameter = count == 0 ? "" : text(body, at + 6, at + 6 + number(body, at + 2));
        portalText = text;
        simple('2');
    }

    private void describe() {
        description(2);
    }

    private void execute() {
        String text = portalText;
        executing = text;
        Runnable run =
                () -> {
                    hasFailed = false;
                    run(text, false);
                    isSkipping = hasFailed;
                };
        if (!takesTime(text, run, () -> {})) {
            run.run();
        }
    }

    private void close(byte[] body) {
        if (body[0] == 'S') {
            prepared.remove(text(body, 1, zero(body, 1)));
        }
        simple('3');
    }

    private void sync() {
        isSkipping = false;
        if (status == 'I') {
            commits();
        }
        ready();
    }

    private void functionCall(int function) {
        if (status == 'E') {
            failed("25P02", "current transaction is aborted");
        } else if (world.faults() && status == 'T' && world.dice().oneIn(200)) {
            failed("57014", "canceling statement due to statement timeout");
        } else if (function == ASSIGNED_XID && xid == 0) {
            int begun = begin('V');
            putInt(-1);
            end(begun);
        } else {
            long value = function == ASSIGNED_XID ? xid : server.store.lsn;
            int begun = begin('V');
            putInt(8);
            putInt((int) (value >> 32));
            putInt((int) value);
            end(begun);
        }
        ready();
    }
}
