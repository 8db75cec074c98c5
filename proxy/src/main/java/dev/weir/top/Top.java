package dev.weir.top;

import dev.weir.net.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Shows pages until there were enough, or somebody has seen enough. Used once, by one thread. */
public final class Top {
    /** Of a page that nobody looks at as it is. */
    private static final int PLAIN_WIDTH = 120;

    private static final long MILLIS_PER_SECOND = 1_000;
    private static final int INTERRUPT = 3;
    private static final int END_OF_INPUT = -1;
    private static final String PATIENCE_SECONDS = "10";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    /**
     * Of pgjdbc, which would say on the screen that it does not know this version of PostgreSQL.
     */
    private static final Logger DRIVER = Logger.getLogger("org.postgresql");

    private final String address;
    private final Properties login;
    private final long every;
    private final InputStream in;
    private final PrintStream out;
    private final Clock clock;
    private Order order;
    private @Nullable Connection console;
    private @Nullable Sample earlier;

    /**
     * @param address of the process, as {@code host:port}
     * @param user of {@code stats_users} or {@code admin_users}
     * @param password null to look for it where libpq does, in {@code ~/.pgpass}
     * @param every how many seconds a page is shown
     */
    public Top(
            String address,
            String user,
            @Nullable String password,
            int every,
            Order order,
            Clock clock,
            InputStream in,
            PrintStream out) {
        this.address = address;
        this.every = every * MILLIS_PER_SECOND;
        this.order = order;
        this.clock = clock;
        this.in = in;
        this.out = out;
        this.login = new Properties();
        DRIVER.setLevel(Level.OFF);
        login.setProperty("user", user);
        if (password != null) {
            login.setProperty("password", password);
        }
        // The console knows the simple protocol and its own commands.
        login.setProperty("preferQueryMode", "simple");
        login.setProperty("assumeMinServerVersion", "9.0");
        login.setProperty("ApplicationName", "weir top");
        login.setProperty("loginTimeout", PATIENCE_SECONDS);
        login.setProperty("socketTimeout", PATIENCE_SECONDS);
    }

    /**
     * Shows pages on a terminal until q is pressed; prints one where there is no terminal.
     *
     * @throws SQLException if the first page cannot be shown
     */
    public void run() throws SQLException, IOException, InterruptedException {
        try {
            Sample first = sample();
            if (Terminal.isThere()) {
                try (Terminal terminal = Terminal.open(in, out)) {
                    watch(terminal, first);
                }
            } else {
                lines(new Page(PLAIN_WIDTH, Integer.MAX_VALUE, order), first).forEach(out::println);
            }
        } finally {
            disconnect();
        }
    }

    private void watch(Terminal terminal, Sample first) throws IOException, InterruptedException {
        Sample now = first;
        String trouble = "";
        while (true) {
            int key;
            do {
                int[] size = terminal.size();
                var lines = new ArrayList<>(lines(new Page(size[1], size[0], order), now));
                if (!trouble.isEmpty()) {
                    lines.set(0, trouble.substring(0, Math.min(trouble.length(), size[1])));
                }
                terminal.show(lines);
                key = terminal.key(every);
                if (key == 'q' || key == 'Q' || key == INTERRUPT || key == END_OF_INPUT) {
                    return;
                }
            } while (isOrder(key));
            try {
                Sample next = sample();
                earlier = trouble.isEmpty() ? now : null;
                now = next;
                trouble = "";
            } catch (SQLException e) {
                disconnect();
                trouble = "since %s: %s".formatted(time(), e.getMessage());
            }
        }
    }

    /** Takes the order that a key asks for; returns whether it asks for one. */
    private boolean isOrder(int key) {
        for (Order one : Order.values()) {
            if (Character.toLowerCase(key) == one.key()) {
                order = one;
                return true;
            }
        }
        return false;
    }

    private List<String> lines(Page page, Sample now) {
        return page.lines(
                "weir top of %s at %s, by %s (keys: w c s t n, q)"
                        .formatted(address, time(), order.name().toLowerCase(Locale.ROOT)),
                now,
                earlier);
    }

    private static String time() {
        return LocalTime.now(ZoneId.systemDefault()).format(TIME);
    }

    private Sample sample() throws SQLException {
        Connection open = console;
        if (open == null) {
            open =
                    DriverManager.getConnection(
                            "jdbc:postgresql://" + address + "/pgbouncer", login);
            console = open;
        }
        return Sample.read(open, clock.nanoTime());
    }

    private void disconnect() {
        Connection open = console;
        console = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException _) {
                // it is gone
            }
        }
    }
}
