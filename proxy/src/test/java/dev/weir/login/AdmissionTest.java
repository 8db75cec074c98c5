package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.auth.Demand;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.error.Refusal;
import dev.weir.net.Clock;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may come in: a table of clients and what becomes of them, without a connection. */
@NullMarked
final class AdmissionTest {
    private static final String FULL = "53300 no more connections allowed (max_client_conn)";

    @TempDir private Path directory;

    private static final String HBA =
            """
            host    app  ann  10.0.0.0/8  scram-sha-256
            host    app  bob  10.0.0.0/8  reject
            hostssl app  cay  all         cert
            hostssl app  dan  all         password clientcert=verify-ca
            hostssl app  eve  all         password clientcert=verify-full
            local   all  ann              trust
            host    replication ann all   md5
            """;

    /**
     * Two lines each: settings of weir.ini and a client, that is where it comes from and its
     * startup parameters; then what it is asked and who serves it if it can answer, or an error.
     */
    private static final String TABLE =
            """
            # versions and startup packets
            - | tcp version=2.0
                => 0A000 unsupported frontend protocol 2.0: server supports 3.0 to 3.2
            - | tcp version=4.1 user=ann
                => 0A000 unsupported frontend protocol 4.1: server supports 3.0 to 3.2
            - | tcp version=3.99 user=ann database=app
                => asks md5 -> service
            - | tcp database=app
                => 28000 no PostgreSQL user name specified in startup packet
            - | tcp user= database=app
                => 28000 no PostgreSQL user name specified in startup packet
            auth_type = plain | tcp user=app
                => asks password -> service
            - | tcp user=ann options=-x
                => 42601 invalid command-line argument for server process: -x
            ignore_startup_parameters = options | tcp user=ann database=app options=-x
                => asks md5 -> service
            - | tcp user=ann database=app options=-cwork_mem=1MB
                => asks md5 -> service
            # TLS that is missing is told before anything about the user
            - | clear user=ann database=app
                => 08P01 SSL required
            - | clear database=app
                => 08P01 SSL required
            - | clear version=2.0
                => 0A000 unsupported frontend protocol 2.0: server supports 3.0 to 3.2
            # databases
            - | tcp user=ann database=none
                => asks md5 -> 3D000 no such database: none
            auth_type = any | tcp user=ann database=none
                => passes -> 3D000 no such database: none
            auth_type = plain | tcp user=nobody database=none
                => asks password -> 3D000 no such database: none
            - | tcp user=ann database=pgbouncer
                => asks md5 -> console
            - | tls user=ann database=named
                => asks md5 -> 3D000 no such database: named
            - | tls sni=db.example user=ann database=named
                => asks md5 -> service
            - | tls sni=db.example user=ann database=real
                => asks md5 -> service
            - | tls sni=other.example user=ann database=real
                => asks md5 -> 3D000 no such database: real
            # methods
            auth_type = any | tcp user=nobody database=app
                => passes -> service
            auth_type = trust | tcp user=ann database=app
                => passes -> service
            auth_type = trust | tcp user=nobody database=app
                => fails 28000 "trust" authentication failed for user "nobody"
            auth_type = plain | tcp user=ann database=app
                => asks password -> service
            auth_type = plain | tcp user=nobody database=app
                => asks password -> service
            auth_type = md5 | tcp user=scram database=app
                => asks sasl -> service
            auth_type = scram-sha-256 | tcp user=ann database=app
                => asks sasl -> service
            auth_type = scram-sha-256 | tcp user=nobody database=app
                => asks sasl -> service
            auth_type = cert | tls:ann user=ann database=app
                => passes -> service
            auth_type = cert | tls:ann user=scram database=app
                => fails 28000 certificate authentication failed for user "scram"
            auth_type = cert | tls user=ann database=app
                => fails 28000 certificate authentication failed for user "ann"
            auth_type = cert | tcp user=ann database=app
                => fails 28000 certificate authentication failed for user "ann"
            auth_type = cert | tls:zed user=zed database=app
                => fails 28000 certificate authentication failed for user "zed"
            # rules
            auth_type = hba | tcp user=ann database=app
                => asks sasl -> service
            auth_type = hba | tcp user=bob database=app
                => 28000 auth_hba_file rejects connection for host "10.1.2.3", user "bob", database "app", no encryption
            auth_type = hba | tls user=zed database=app
                => 28000 no entry of auth_hba_file for host "10.1.2.3", user "zed", database "app", SSL encryption
            auth_type = hba | tcp user=cay database=app
                => 28000 no entry of auth_hba_file for host "10.1.2.3", user "cay", database "app", no encryption
            auth_type = hba | tls user=cay database=app
                => fails 28000 certificate authentication failed for user "cay"
            auth_type = hba | tls user=dan database=app
                => 28000 connection requires a valid client certificate
            auth_type = hba | tls:ann user=dan database=app
                => asks password -> service
            auth_type = hba | tls:ann user=eve database=app
                => 28000 connection requires a valid client certificate
            auth_type = hba | tls:eve user=eve database=app
                => asks password -> service
            auth_type = hba | unix user=ann database=app
                => passes -> service
            auth_type = hba | unix user=bob database=app
                => 28000 no entry of auth_hba_file for host "[local]", user "bob", database "app", no encryption
            auth_type = hba | tcp user=ann database=app replication=true
                => asks md5 -> service
            auth_type = hba | tcp user=ann database=app replication=database
                => asks sasl -> service
            # no user has such a name, so it is not kept either
            - | tcp user=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx database=app
                => 08P01 username too long
            # the console's owner needs no proof, whatever the rules say
            auth_type = hba | unix user=owner database=pgbouncer
                => trusted -> console
            auth_type = hba | tcp user=owner database=pgbouncer
                => 28000 no entry of auth_hba_file for host "10.1.2.3", user "owner", database "pgbouncer", no encryption
            """;

    /** One entry of the table. */
    record Entry(String settings, String client, String outcome) {
        static Entry of(String text) {
            String[] parts = text.strip().split(" \\| |\n *=> ", -1);
            return new Entry(parts[0].equals("-") ? "" : parts[0], parts[1], parts[2]);
        }
    }

    static List<Entry> entries() {
        String entries = TABLE.replaceAll("(?m)^#.*\n", "");
        return Stream.of(entries.split("\n(?! )", -1))
                .filter(text -> !text.isEmpty())
                .map(Entry::of)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void decides(Entry entry) throws Exception {
        assertThat(outcome(people(entry.settings()), entry.client())).isEqualTo(entry.outcome());
    }

    // --- limits -------------------------------------------------------------------------------

    @Test
    void countsClientsInAndOut() throws Exception {
        TestDoor door = people("max_client_conn = 2");
        String client = "tcp user=ann database=app";
        Admission.Entered first = entrance(door, client);
        assertThat(enter(door, client, 0)).isEqualTo("service");
        assertThat(admit(door, client)).as("before its proof").isEqualTo(FULL);
        assertThat(enter(door, client, 0)).as("after it").isEqualTo(FULL);
        Objects.requireNonNull(first.place()).free();
        assertThat(admit(door, client)).isEqualTo("prove");
        assertThat(enter(door, client, 0)).isEqualTo("service");
        assertThat(door.limits().clients()).isEqualTo(2);
    }

    /** Else whoever stops within its login would keep others out. */
    @Test
    void whoHasProvedNothingTakesNobodysPlace() throws Exception {
        TestDoor door = people("max_client_conn = 1");
        for (int i = 0; i < 3; i++) {
            assertThat(admit(door, "tcp user=bob database=app")).isEqualTo("prove");
        }
        assertThat(enter(door, "tcp user=ann database=app", 0)).isEqualTo("service");
    }

    @Test
    void theConsoleTakesNoClientsPlaceNorNeedsOne() throws Exception {
        TestDoor door = people("max_client_conn = 1");
        for (int i = 0; i < 3; i++) {
            assertThat(enter(door, "tcp user=bob database=pgbouncer", 0)).isEqualTo("console");
        }
        assertThat(enter(door, "tcp user=ann database=app", 0)).isEqualTo("service");
        assertThat(admit(door, "tcp user=bob database=pgbouncer")).isEqualTo("prove");
        assertThat(enter(door, "tcp user=bob database=pgbouncer", 0)).isEqualTo("console");
    }

    @Test
    void whoIsRefusedHasNoPlace() throws Exception {
        TestDoor door = people("auth_type = hba\nmax_client_conn = 1");
        admit(door, "tcp user=bob database=app");
        admit(door, "tcp user=zed database=app");
        admit(door, "tls user=dan database=app");
        assertThat(door.limits().clients()).isZero();
    }

    @Test
    void whoIsDisprovedHasNone() throws Exception {
        TestDoor door = people("auth_type = cert");
        assertThat(admit(door, "tls user=ann database=app")).isEqualTo("disproved");
        assertThat(door.limits().clients()).isZero();
    }

    @Test
    void theOwnerComesInWhenAllPlacesAreTaken() throws Exception {
        TestDoor door = people("max_client_conn = 1");
        assertThat(enter(door, "tcp user=ann database=app", 0)).isEqualTo("service");
        assertThat(admit(door, "unix user=owner database=pgbouncer")).isEqualTo("trusted");
        assertThat(enter(door, "unix user=owner database=pgbouncer", 0)).isEqualTo("console");
        assertThat(door.limits().clients()).isOne();
    }

    // --- failures -----------------------------------------------------------------------------

    @Test
    void isDeafToAnAddressThatHasFailedTooOften() throws Exception {
        TestDoor door = people("auth_type = trust\nmax_failed_logins = 2");
        for (int i = 0; i < 2; i++) {
            assertThat(outcome(door, "tcp user=nobody database=app")).startsWith("fails 28000");
        }
        assertThat(outcome(door, "tcp user=ann database=app"))
                .isEqualTo("53300 too many failed logins (max_failed_logins)");
        assertThat(outcome(door, "tcp2 user=ann database=app")).isEqualTo("passes -> service");
        assertThat(door.limits().clients()).isOne();
    }

    @Test
    void delaysTheNewsOfAFailure() throws Exception {
        TestDoor door = people("auth_type = cert\nauth_failure_delay = 3");
        ClientHello hello = door.hello("tls user=ann database=app");
        if (door.admission().admit(hello)
                instanceof Verdict.Granted(Terms.Disproved(Demand demand))) {
            assertThat(door.admission().failed(demand, hello).delayNanos())
                    .isEqualTo(3_000_000_000L);
        }
    }

    // --- the end ------------------------------------------------------------------------------

    @Test
    void onlyTheConsoleServesLateComersOverUnixSockets() throws Exception {
        MockTicker ticker = Ticker.newMockTicker();
        var clock = new Clock(ticker, InstantSource.system());
        TestDoor door = TestDoor.of(config("auth_type = any"), clock);
        long before = clock.nanoTime();
        ticker.advance(1, TimeUnit.SECONDS);
        door.admission().closeToClients();
        ticker.advance(1, TimeUnit.SECONDS);
        long after = clock.nanoTime();
        assertThat(enter(door, "unix user=ann database=app", after))
                .isEqualTo("57P01 server shutting down");
        assertThat(enter(door, "unix user=ann database=app", before)).isEqualTo("service");
        assertThat(enter(door, "unix user=ann database=pgbouncer", after)).isEqualTo("console");
        assertThat(enter(door, "tcp user=ann database=app", after)).isEqualTo("service");
    }

    @Test
    void followsTheConfiguration() throws Exception {
        TestDoor door = people("auth_type = any\nmax_client_conn = 1");
        assertThat(enter(door, "tcp user=ann database=app", 0)).isEqualTo("service");
        door.admission().prepare(config("auth_type = any\nmax_client_conn = 2")).run();
        assertThat(admit(door, "tcp user=ann database=app")).isEqualTo("prove");
    }

    // --- clients in words ---------------------------------------------------------------------

    private Config config(String settings) throws Exception {
        Path hba = Files.writeString(directory.resolve("hba"), HBA);
        Path users =
                Files.writeString(
                        directory.resolve("users"),
                        "\"ann\" \"moon\"\n\"scram\" \"%s\"\n".formatted(TestDoor.SCRAM));
        return TestDoor.config(
                "client_tls_sslmode = verify-ca\nauth_file = %s\nauth_hba_file = %s\nauth_failure_delay = 0\n%s"
                        .formatted(users, hba, settings));
    }

    private TestDoor people(String settings) throws Exception {
        return TestDoor.of(config(settings));
    }

    /** The whole way of a client that can prove what it is asked. */
    private static String outcome(TestDoor door, String client) throws ConfigException {
        return switch (door.greet(client)) {
            case Verdict.Refused(Refusal why) -> shown(why);
            case Verdict.Granted(ClientHello hello) ->
                    switch (door.admission().admit(hello)) {
                        case Verdict.Refused(Refusal why) -> shown(why);
                        case Verdict.Granted(Terms.Trusted _) ->
                                "trusted -> " + entered(door, client, hello);
                        case Verdict.Granted(Terms.Disproved(Demand demand)) ->
                                "fails " + shown(door.admission().failed(demand, hello).why());
                        case Verdict.Granted(Terms.Prove(Demand demand)) ->
                                proved(door, client, hello, demand);
                    };
        };
    }

    private static String proved(TestDoor door, String client, ClientHello hello, Demand demand) {
        var found = new AtomicReference<Verdict<Proof>>();
        door.admission()
                .proof(
                        demand,
                        hello,
                        TestDoor.tls(client),
                        ImmediateEventExecutor.INSTANCE,
                        found::set);
        return switch (found.get()) {
            case Verdict.Refused(Refusal why) -> shown(why);
            case Verdict.Granted(Proof proof) -> {
                String asks = TestDoor.asks(proof);
                yield asks.equals("fails")
                        ? "fails " + shown(door.admission().failed(demand, hello).why())
                        : asks + " -> " + entered(door, client, hello);
            }
        };
    }

    private static String entered(TestDoor door, String client, ClientHello hello) {
        return switch (door.admission().enter(hello, TestDoor.tls(client), 0)) {
            case Verdict.Refused(Refusal why) -> shown(why);
            case Verdict.Granted(Admission.Entered entered) -> entered.service().toString();
        };
    }

    private static Admission.Entered entrance(TestDoor door, String client) {
        ClientHello hello = door.hello(client);
        return switch (door.admission().enter(hello, TestDoor.tls(client), 0)) {
            case Verdict.Refused(Refusal why) -> throw new AssertionError(why);
            case Verdict.Granted(Admission.Entered entered) -> entered;
        };
    }

    private static String enter(TestDoor door, String client, long startedNanos) {
        ClientHello hello = door.hello(client);
        return switch (door.admission().enter(hello, TestDoor.tls(client), startedNanos)) {
            case Verdict.Refused(Refusal why) -> shown(why);
            case Verdict.Granted(Admission.Entered entered) -> entered.service().toString();
        };
    }

    private static String admit(TestDoor door, String client) {
        return switch (door.admission().admit(door.hello(client))) {
            case Verdict.Refused(Refusal why) -> shown(why);
            case Verdict.Granted(Terms.Trusted _) -> "trusted";
            case Verdict.Granted(Terms.Prove _) -> "prove";
            case Verdict.Granted(Terms.Disproved _) -> "disproved";
        };
    }

    private static String shown(Refusal why) {
        return why.sqlState() + " " + why.text();
    }
}
