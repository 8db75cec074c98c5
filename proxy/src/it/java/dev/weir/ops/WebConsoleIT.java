package dev.weir.ops;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The web console, as people use it: in a real browser. */
@NullMarked
final class WebConsoleIT {
    private static final List<String> SCREENS =
            List.of("now", "cluster", "sessions", "statements", "settings", "limits");

    /** The roles of what can be used, or is told as a whole. */
    private static final Set<String> CONTROLS =
            Set.of(
                    "button",
                    "link",
                    "combobox",
                    "searchbox",
                    "textbox",
                    "image",
                    "meter",
                    "navigation",
                    "region",
                    "dialog",
                    "group");

    @SuppressWarnings("NullAway.Init")
    private static Browser browser;

    private final int port = Http.freePort();
    private final List<WireClient> clients = new ArrayList<>();
    @TempDir private Path directory;

    @SuppressWarnings("NullAway.Init")
    private WeirFile weir;

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start();
    }

    @AfterAll
    @SuppressWarnings("NullAway") // null where there is none
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void start() {
        weir = start("max_client_conn = 70");
        browser.size(Browser.WIDE, 900);
        browser.scheme("light");
        browser.login(port, WeirFile.ADMIN, "x");
        awaits("live");
    }

    private WeirFile start(String... settings) {
        return WeirFile.start(directory, databases(), settings(settings));
    }

    /** A pool of one connection, and a cluster whose replica is not there. */
    private static String databases() {
        PgNode node = Rig.postgres();
        return """
        app = host=%1$s port=%2$d dbname=postgres pool_size=1
        shop = nodes=%1$s:%2$d,127.0.0.1:1 dbname=postgres route=auto
        """
                .formatted(node.host(), node.port());
    }

    private String[] settings(String... more) {
        var all = new ArrayList<>(List.of(more));
        all.add("ops_port = " + port);
        all.add("monitor_user = " + PgNode.USER);
        all.add("statements_max = 50");
        all.add("max_pinned = 1");
        all.add("server_tls_sslmode = disable");
        return all.toArray(String[]::new);
    }

    @AfterEach
    void stop() {
        browser.leave();
        clients.forEach(WireClient::close);
        weir.close();
    }

    private WireClient client(String database) {
        WireClient client = weir.client(PgNode.USER, database);
        clients.add(client);
        return client;
    }

    private static void awaits(String... texts) {
        await().atMost(Browser.PATIENCE)
                .untilAsserted(() -> assertThat(browser.text()).contains(texts));
    }

    private static void click(String label) {
        browser.press("button", label);
    }

    // --- what is wrong ------------------------------------------------------------------------

    @Test
    void saysThatAllIsWellOnlyWhereItIs() {
        awaits("shop: 127.0.0.1:1 does not answer");
        weir.write(databases().replaceFirst("(?m)^shop.*$", ""), settings("max_client_conn = 70"));
        browser.open("settings");
        click("Reload");
        browser.open("now");

        awaits("All is well");
    }

    @Test
    void tellsWhoWaitsForWhomAndKillsTheOneWhoIsInTheWay() {
        WireClient holder = client("app");
        holder.query("begin");
        WireClient waiter = client("app");
        waiter.send(Wire.query("select 1"));

        awaits("app/postgres: 1 client waits for a server connection", "1 of 1 are in use: 1 idle");
        assertThat(browser.text()).contains("idle_transaction_timeout");
        click("See sessions");
        awaits("Who waits for whom", "held by:", "idle in transaction for");
        click("Kill client ");
        awaits("Close the connection of postgres@app");
        click("Do it");

        assertThat(waiter.readUntilReady())
                .extracting(message -> message.summary().charAt(0))
                .contains('D');
        awaits("KILL_CLIENT: done.");
        assertThat(holder.read().summary()).contains("57P01");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void cancelsAQuery() {
        WireClient client = client("app");
        client.send(Wire.query("select pg_sleep(60)"));
        browser.open("sessions");
        awaits("running");

        click("Cancel the query of client ");

        assertThat(client.readUntilReady())
                .anySatisfy(message -> assertThat(message.summary()).contains("57014"));
        assertThat(client.query("select 1")).isNotEmpty();
    }

    @Test
    void drillsDownIntoAClient() {
        client("app").query("select 1");
        client("shop").query("select 1");
        browser.open("sessions");
        awaits("postgres@shop");
        browser.one("input[type=search]").sendKeys("app");
        await().untilAsserted(() -> assertThat(browser.text()).doesNotContain("postgres@shop"));

        click("postgres@app");

        awaits("application name", "prepared statements");
        browser.one("dialog").sendKeys(Keys.ESCAPE);
        await().until(() -> browser.all("dialog").isEmpty());
        assertThat(browser.run("return location.hash")).isEqualTo("#sessions?find=app");
    }

    // --- statements and settings --------------------------------------------------------------

    @Test
    void tellsWhatAStatementCostsAndWhereItGoes() {
        WireClient client = client("shop");
        client.query("select count(*) from pg_class where relname = 'a'");
        browser.open("statements");

        browser.press("button.code", "select count(*)");
        awaits("calls", "Where it goes", "catalog");
        browser.one("dialog").sendKeys(Keys.ESCAPE);
        browser.one("textarea").sendKeys("update t set a = 1");
        click("Explain the route");

        awaits("writes");
    }

    @Test
    void reloadsAndSaysWhatIsWrong() {
        browser.open("settings");
        awaits("max_client_conn", "weir.ini:");
        weir.write(databases(), settings("max_client_conn = 71"));

        click("Reload");

        awaits("reloaded at ", "71");
        weir.write(databases(), settings("max_client_connn = 5"));
        click("Reload");
        awaits("not reloaded", "unknown key", "max_client_conn");
    }

    // --- for everybody ------------------------------------------------------------------------

    @Test
    void canBeReadAndUsedByEverybody() {
        client("app").query("create temp table t (a int)");
        client("app").send(Wire.query("select 1"));
        for (int width : new int[] {Browser.WIDE, Browser.NARROW}) {
            browser.size(width, 800);
            for (String screen : SCREENS) {
                browser.open(screen);
                await().atMost(Browser.PATIENCE).until(WebConsoleIT::isFilled);
                String where = screen + " " + width;
                assertThat(nameless()).as(where).isEmpty();
                assertThat((Long) browser.run("return document.documentElement.scrollWidth"))
                        .as("width of " + where)
                        .isLessThanOrEqualTo(width);
                for (String scheme : List.of("dark", "light")) {
                    browser.scheme(scheme);
                    assertThat(faint()).as(where + " " + scheme).isEmpty();
                }
            }
        }
        assertThat(browser.complaints()).isEmpty();
    }

    /** Whether the screen shows what it has asked for. */
    private static boolean isFilled() {
        return Boolean.TRUE.equals(
                browser.run(
                        """
                        const all = [...document.querySelectorAll('main tbody')];
                        const isTold = !document.body.textContent.includes('Waiting for the first');
                        return isTold && all.length > 0
                          && all.every((e) => e.children.length > 0 || !e.checkVisibility());
                        """));
    }

    /** Controls that a screen reader cannot name. */
    @SuppressWarnings("unchecked")
    private static List<Object> nameless() {
        var all = new ArrayList<>();
        var nodes =
                (List<Map<String, Map<String, Object>>>)
                        requireNonNull(
                                browser.ask("Accessibility.getFullAXTree", Map.of()).get("nodes"));
        for (Map<String, Map<String, Object>> node : nodes) {
            if (CONTROLS.contains(value(node.get("role"))) && value(node.get("name")).isBlank()) {
                all.add(node);
            }
        }
        assertThat(nodes).hasSizeGreaterThan(20);
        return all;
    }

    private static String value(@Nullable Map<String, Object> of) {
        return of == null ? "" : String.valueOf(of.get("value"));
    }

    /** Texts with a contrast below WCAG's 4.5 : 1. */
    @SuppressWarnings("unchecked")
    private static List<String> faint() {
        var found =
                (List<String>)
                        browser.run(
                                """
                                const parts = (color) => color.match(/[\\d.]+/g).map(Number);
                                const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
                                  .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
                                  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
                                const behind = (e) => {
                                  for (let at = e; at; at = at.parentElement) {
                                    const c = parts(getComputedStyle(at).backgroundColor);
                                    if (c.length < 4 || c[3] > 0) return c;
                                  }
                                  return [255, 255, 255];
                                };
                                const bad = [];
                                for (const e of document.querySelectorAll('body *')) {
                                  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
                                  if (!own || !e.checkVisibility({ visibilityProperty: true })) continue;
                                  const style = getComputedStyle(e);
                                  const ink = parts(e instanceof SVGElement ? style.fill : style.color);
                                  const [a, b] = [light(ink), light(behind(e))].sort((x, y) => y - x);
                                  const ratio = (a + 0.05) / (b + 0.05);
                                  if (ratio < 4.5) bad.push(`${e.tagName} ${e.textContent} ${ratio}`);
                                }
                                return bad;
                                """);
        return found == null ? List.of() : found;
    }

    @Test
    void isUsedByKeyboard() {
        browser.one("body").sendKeys(Keys.TAB);
        assertThat(browser.run("return document.activeElement.textContent"))
                .isEqualTo("Skip to the content");
        WebElement plot = browser.one("svg.plot");
        assertThat(plot.getAccessibleName()).startsWith("Per second, last 15 minutes.");
        await().until(() ->
                String.valueOf(plot.getAccessibleName()).matches(".*transactions: now [0-9].*"));

        browser.run("arguments[0].focus()", plot);
        plot.sendKeys(Keys.ARROW_LEFT);

        assertThat(browser.one("figcaption").getText()).containsPattern("\\d\\d:\\d\\d:\\d\\d");
    }

    @Test
    void letsUsersOfStatisticsLookOnly() {
        browser.login(port, "looker", "x");
        awaits("live");
        client("app").query("select 1");
        browser.open("sessions");
        awaits("postgres@app");

        assertThat(browser.all("button.harm")).isEmpty();
        browser.open("settings");
        awaits("max_client_conn");
        assertThat(browser.text()).doesNotContain("Reload\n");
    }

    // --- the end ------------------------------------------------------------------------------

    @Test
    void saysThatTheConnectionIsLostAndComesBack() {
        weir.close();

        awaits("The connection to Weir is lost. What you see is old.");
        weir = start("max_client_conn = 72");
        awaits("live");
        assertThat(browser.text()).doesNotContain("lost.");
        browser.complaints(); // of the connections that failed
    }
}
