package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Named.named;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an operator reads about a file that cannot be used, word by word. */
@NullMarked
final class BrokenConfigTest {
    private static final EnvironmentReferences ENVIRONMENT =
            new EnvironmentReferences(Map.of("PORT", "abc", "EMPTY", "")::get);

    @ParameterizedTest(name = "{0}")
    @MethodSource({"globals", "databases", "users", "syntax"})
    void saysWhatIsWrongAndWhere(String text, String expected) {
        assertThatThrownBy(() -> Config.parse("weir.ini", text, ENVIRONMENT))
                .isInstanceOf(ConfigException.class)
                .hasMessage(expected.stripTrailing());
    }

    static Stream<Arguments> globals() {
        return Stream.of(
                global("listen_port = abc", "listen_port: \"abc\" (expected: integer 0..65535)"),
                global(
                        "listen_port = 70000",
                        "listen_port: \"70000\" (expected: integer 0..65535)"),
                global("listen_port = -1", "listen_port: \"-1\" (expected: integer 0..65535)"),
                global("listen_port =", "listen_port: \"\" (expected: integer 0..65535)"),
                global(
                        "listen_port = 64 32",
                        "listen_port: \"64 32\" (expected: integer 0..65535)"),
                global(
                        "listen_port = 6432 ; ours",
                        "listen_port: \"6432 ; ours\" (expected: integer 0..65535); a comment must"
                                + " have a line of its own"),
                global(
                        "listen_port = ${env:PORT}",
                        "listen_port: \"abc\" (expected: integer 0..65535)"),
                global(
                        "listen_port = ${env:EMPTY}",
                        "listen_port: \"\" (expected: integer 0..65535)"),
                global(
                        "listen_port = ${env:NONE}",
                        "listen_port: the environment variable \"NONE\" is not set"),
                global(
                        "listen_port = ${env:PORT",
                        "listen_port: the reference is not closed (expected: ${env:NAME})"),
                global(
                        "listen_port = ${sys:user.home}",
                        "listen_port: \"${sys:user.home}\" (expected: integer 0..65535)"),
                global(
                        "default_pool_size = 99999999999",
                        "default_pool_size: \"99999999999\" (expected: integer 0 or more)"),
                global(
                        "default_pool_size = 08",
                        "default_pool_size: \"08\" (expected: integer 0 or more)"),
                global(
                        "default_pool_size = 0xg",
                        "default_pool_size: \"0xg\" (expected: integer 0 or more)"),
                global(
                        "default_pool_size = --5",
                        "default_pool_size: \"--5\" (expected: integer 0 or more)"),
                global("max_pinned = -2", "max_pinned: \"-2\" (expected: integer -1 or more)"),
                global("listen_backlog = 0", "listen_backlog: \"0\" (expected: integer 1 or more)"),
                global(
                        "log_connections = maybe",
                        "log_connections: \"maybe\" (expected: boolean 0 or 1)"),
                global(
                        "log_connections = 1.5",
                        "log_connections: \"1.5\" (expected: boolean 0 or 1)"),
                global(
                        "query_timeout = -1",
                        "query_timeout: \"-1\" (expected: duration 0..2147483647 s, as in 2.5,"
                                + " 500ms, 5min, 1h, 1d)"),
                global(
                        "query_timeout = 5 days",
                        "query_timeout: \"5 days\" (expected: duration 0..2147483647 s, as in 2.5,"
                                + " 500ms, 5min, 1h, 1d)"),
                global(
                        "query_timeout = inf",
                        "query_timeout: \"inf\" (expected: duration 0..2147483647 s, as in 2.5,"
                                + " 500ms, 5min, 1h, 1d)"),
                global(
                        "query_timeout = 1e99",
                        "query_timeout: \"1e99\" (expected: duration 0..2147483647 s, as in 2.5,"
                                + " 500ms, 5min, 1h, 1d)"),
                global(
                        "max_buffer_memory = 64 TB",
                        "max_buffer_memory: \"64 TB\" (expected: bytes 0 or more)"),
                global(
                        "max_buffer_memory = 9999999999 GB",
                        "max_buffer_memory: \"9999999999 GB\" (expected: bytes 0 or more)"),
                global(
                        "unix_socket_mode = 1777",
                        "unix_socket_mode: \"1777\" (expected: integer 0..0777)"),
                global(
                        "pool_mode = transactional",
                        "pool_mode: \"transactional\" (expected: session, transaction, statement)"),
                global(
                        "transport = kqueue",
                        "transport: \"kqueue\" (expected: auto, io_uring, epoll, nio)"),
                global(
                        "auth_type = scram",
                        "auth_type: \"scram\" (expected: any, trust, plain, md5, cert, hba, ldap,"
                                + " pam, scram-sha-256)"),
                global(
                        "client_tls_sslmode = verify",
                        "client_tls_sslmode: \"verify\" (expected: disable, allow, prefer, require,"
                                + " verify-ca, verify-full)"),
                global(
                        "client_tls_dheparams = weak",
                        "client_tls_dheparams: \"weak\" (expected: string none, auto, legacy)"),
                global(
                        "auth_dbname = pgbouncer",
                        "auth_dbname: \"pgbouncer\" (expected: string not pgbouncer)"),
                global(
                        "pool_mod = session",
                        "unknown key \"pool_mod\" (did you mean \"pool_mode\"?)"),
                global(
                        "Listen_Port = 1",
                        "unknown key \"Listen_Port\" (did you mean \"listen_port\"?)"),
                global(
                        "max_clinet_con = 1",
                        "unknown key \"max_clinet_con\" (did you mean \"max_client_conn\"?)"),
                global("foo = 1", "unknown key \"foo\" in [pgbouncer]"),
                global("pool_size = 1", "unknown key \"pool_size\" (it belongs into [databases])"),
                global("dbname = 1", "unknown key \"dbname\" (it belongs into [databases])"));
    }

    static Stream<Arguments> databases() {
        return Stream.of(
                database(
                        "app = host=a prot=1",
                        "database \"app\": unknown key \"prot\" (did you mean \"port\"?)"),
                database(
                        "app = host=a port=0",
                        "database \"app\": port: \"0\" (expected: integer 1..65535)"),
                database(
                        "app = host=a port=-1",
                        "database \"app\": port: \"-1\" (expected: integer 1..65535)"),
                database(
                        "app = host=a pool_mode=x",
                        "database \"app\": pool_mode: \"x\" (expected: session, transaction,"
                                + " statement)"),
                database(
                        "app = host=a load_balance_hosts=no",
                        "database \"app\": load_balance_hosts: \"no\" (expected: round-robin,"
                                + " disable)"),
                database(
                        "app = host=a,,b",
                        "database \"app\": host: \"a,,b\" (expected: names with commas between)"),
                database("app = host=", "database \"app\": host: empty (expected: a value)"),
                database(
                        "app = host=a user=''",
                        "database \"app\": user: empty (expected: a value)"),
                database(
                        "app = host",
                        "database \"app\": expected key=value at the start (a value with blanks is"
                                + " written 'two words')"),
                database(
                        "app = host=a password=my secret",
                        "database \"app\": expected key=value after password=… (a value with blanks"
                                + " is written 'two words')"),
                database(
                        "app = host=a password=my se=cret",
                        "database \"app\": unknown key after password=… (a value with blanks is"
                                + " written 'two words')"),
                database(
                        "app = password='secret",
                        "database \"app\": password: the quote is not closed (expected: '…', with"
                                + " '' for a quote inside)"),
                database(
                        "app = password='secret'x host=a",
                        "database \"app\": password: text after the closing quote (expected: a"
                                + " blank)"),
                database(
                        "app = host=a password=${env:NONE}",
                        "database \"app\": password: the environment variable \"NONE\" is not set"),
                database(
                        "app = nodes=a:5432,b:5432",
                        "database \"app\": nodes: nobody to ask them (expected: monitor_user,"
                                + " auth_user, or user of the entry)"),
                database(
                        "app = nodes=a:5432,b:0 user=u",
                        "database \"app\": nodes: \"b:0\" (expected: host, host:port, [IPv6]:port,"
                                + " perhaps with a weight of 1..1000 as in host:port*2)"),
                database(
                        "app = nodes=a,a:5432 user=u",
                        "database \"app\": nodes: \"a:5432\" stands there twice"),
                database(
                        "app = nodes=a,b host=c user=u",
                        "database \"app\": both nodes and host (expected: one of them)"),
                database(
                        "* = nodes=a,b user=u",
                        "database \"*\": nodes: not for the entry * (expected: an entry for each"
                                + " name)"),
                database(
                        "app = host=a route=auto",
                        "database \"app\": route: only goes with nodes, not with host"),
                database(
                        "app = nodes=a,b user=u lag_check_interval=1ms",
                        "database \"app\": lag_check_interval: \"1ms\" (expected: duration"
                                + " 10ms..60s)"),
                database(
                        "app = host=a default_pool_size=5",
                        "database \"app\": unknown key \"default_pool_size\" (it belongs into"
                                + " [pgbouncer])"),
                database(
                        "app = host=a password=x password_file=y",
                        "database \"app\": both password and password_file (expected: one of"
                                + " them)"),
                database(
                        "pgbouncer = host=a",
                        "database \"pgbouncer\": the name is reserved for the console"),
                database(
                        "weir = host=a", "database \"weir\": the name is reserved for the console"),
                database(
                        "'' = host=a",
                        "database \"\": the name is empty or too long (expected: 1..63 bytes)"),
                row(
                        "[pgbouncer]\nunix_socket_dir =\n[databases]\napp =\n",
                        "weir.ini:4: database \"app\": host: missing (expected: a host, as"
                                + " unix_socket_dir is \"\")"),
                row(
                        "[pgbouncer]\nauth_dbname = pgbouncer\n",
                        "weir.ini:2: auth_dbname: \"pgbouncer\" (expected: string not"
                                + " pgbouncer)"));
    }

    static Stream<Arguments> users() {
        return Stream.of(
                row(
                        "[users]\nbob = pool_size=many\n",
                        "weir.ini:2: user \"bob\": pool_size: \"many\" (expected: integer 0 or"
                                + " more)"),
                row(
                        "[users]\nbob = host=a\n",
                        "weir.ini:2: user \"bob\": unknown key \"host\" (it belongs into"
                                + " [databases])"),
                row(
                        "[users]\nbob = pool_mode\n",
                        "weir.ini:2: user \"bob\": expected key=value at the start (a value with"
                                + " blanks is written 'two words')"),
                row(
                        "[peers]\n1 = port=1\n",
                        "weir.ini:2: peer \"1\": host: missing (expected: a host)"),
                row(
                        "[peers]\none = host=a\n",
                        "weir.ini:2: peer \"one\": not the number of a peer (expected: 1..16383)"),
                row(
                        "[peers]\n0 = host=a\n",
                        "weir.ini:2: peer \"0\": not the number of a peer (expected: 1..16383)"));
    }

    static Stream<Arguments> syntax() {
        return Stream.of(
                row(
                        "pool_mode = session\n",
                        "weir.ini:1: \"pool_mode\" stands before any section (expected:"
                                + " [pgbouncer], [databases], [users], [peers])"),
                row(
                        "[pgbouncers]\nfoo = 1\n",
                        "weir.ini:1: unknown section [pgbouncers] (did you mean [pgbouncer]?)"),
                row(
                        "[nonsense]\n",
                        "weir.ini:1: unknown section [nonsense] (expected: [pgbouncer],"
                                + " [databases], [users], [peers])"),
                row(
                        "[pgbouncer\n",
                        "weir.ini:1: the section name is not closed (expected: [name])"),
                row(
                        "\n\n[pgbouncer]\r\n= 1\r\n",
                        "weir.ini:4: not a setting (expected: name = value; a name with other"
                                + " characters than A-Z a-z 0-9 _ . * - is written 'my name')"),
                row(
                        "[databases]\nmy app = host=a\n",
                        "weir.ini:2: no = after \"my\" (expected: name = value; a name with other"
                                + " characters than A-Z a-z 0-9 _ . * - is written 'my name')"),
                row(
                        "[databases]\n\"my app\" = host=a\n",
                        "weir.ini:2: not a setting (expected: name = value; a name with other"
                                + " characters than A-Z a-z 0-9 _ . * - is written 'my name')"),
                row(
                        "[databases]\n'my app = host=a\n",
                        "weir.ini:2: the name is not closed (expected: '…', with '' for a quote"
                                + " inside)"),
                row("[databases]\napp = host=\0a\n", "weir.ini:2: a zero byte (expected: text)"),
                row(
                        "%include no/such/file.ini\n",
                        "weir.ini:1: %include: cannot read \"no/such/file.ini\": no such file"),
                row(
                        "%include\n",
                        "weir.ini:1: not a setting (expected: name = value; a name with other"
                                + " characters than A-Z a-z 0-9 _ . * - is written 'my name')"),
                row(
                        "[pgbouncer]\nlisten_port = x\nfoo = 1\n[databases]\na = b\n",
                        """
                        weir.ini:2: listen_port: "x" (expected: integer 0..65535)
                        weir.ini:3: unknown key "foo" in [pgbouncer]
                        weir.ini:5: database "a": expected key=value at the start (a value with blanks is written 'two words')
                        """));
    }

    @Test
    void neverRepeatsAPassword() {
        String text = "[databases]\napp = host=a password=" + "s".repeat(65_532);
        assertThatThrownBy(() -> Config.parse("weir.ini", text))
                .hasMessage(
                        "weir.ini:2: database \"app\": password: **** (expected: string at most"
                                + " 65531 bytes)");
    }

    @Test
    void shortensALongValue() {
        String text = "[pgbouncer]\nlisten_port = " + "9".repeat(1_000);
        assertThatThrownBy(() -> Config.parse("weir.ini", text))
                .hasMessage(
                        "weir.ini:2: listen_port: \""
                                + "9".repeat(100)
                                + "…\" (expected: integer 0..65535)");
    }

    @Test
    void stopsListingAfterAHundredProblems() {
        String text = "[pgbouncer]\n" + "foo = 1\n".repeat(130);
        assertThatThrownBy(() -> Config.parse("weir.ini", text))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e ->
                                assertThat(e.problems())
                                        .hasSize(101)
                                        .last()
                                        .hasToString("weir.ini: 30 more problems"));
    }

    private static Arguments global(String line, String expected) {
        return row("[pgbouncer]\n" + line + "\n", "weir.ini:2: " + expected);
    }

    private static Arguments database(String line, String expected) {
        return row("[databases]\n" + line + "\n", "weir.ini:2: " + expected);
    }

    private static Arguments row(String text, String expected) {
        String name = text.replace("\n", "⏎").replace("\r", "").replace("\0", "␀");
        return Arguments.of(named(name, text), expected);
    }
}
