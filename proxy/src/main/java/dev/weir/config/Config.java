package dev.weir.config;

import dev.weir.config.ConfigReader.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configuration at one moment: the checked contents of a file. Immutable; RELOAD makes a new
 * one.
 */
public final class Config {
    private final ConfigSource from;
    private final Path file;
    private final UserList ownUsers;
    private final Values globals;
    private final Map<String, Database> databases;
    private final @Nullable Database template;
    private final Map<String, UserSettings> users;
    private final List<Peer> peers;
    private final List<Problem> warnings;
    private final List<Problem> postponed;
    private final ConfigReader source;
    private final Map<Setting<?>, String> assigned;

    private Config(
            ConfigSource from,
            UserList ownUsers,
            ConfigReader source,
            Map<Setting<?>, String> assigned,
            Values globals,
            Map<String, Database> databases,
            Map<String, UserSettings> users,
            Findings findings) {
        this.from = from;
        this.file = from.name();
        this.ownUsers = ownUsers;
        this.source = source;
        this.assigned = Collections.unmodifiableMap(assigned);
        this.globals = globals;
        this.template = databases.remove(DatabaseEntries.TEMPLATE);
        this.databases = Collections.unmodifiableMap(databases);
        this.users = Collections.unmodifiableMap(users);
        this.peers = peersOf(source);
        this.warnings = findings.warnings();
        this.postponed = findings.postponed();
    }

    /**
     * Reads {@code file} and the files that it includes. What relative names mean is in
     * docs/settings.md.
     */
    public static Config load(Path file) throws ConfigException {
        return load(new ConfigSource(file, Overlay.NONE));
    }

    /** Reads the file and what takes precedence over it. */
    public static Config load(ConfigSource from) throws ConfigException {
        return read(from, contents(from), new EnvironmentReferences());
    }

    private static String contents(ConfigSource from) throws ConfigException {
        Path file = from.file();
        try {
            return file == null ? "" : TextFile.read(file);
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            throw new ConfigException(List.of(new Problem(from.name().toString(), 0, reason)));
        }
    }

    /** Reads {@code text} as if it were the contents of a file with that name. */
    public static Config parse(String fileName, String text) throws ConfigException {
        return parse(fileName, text, new EnvironmentReferences());
    }

    static Config parse(String fileName, String text, EnvironmentReferences environment)
            throws ConfigException {
        return read(new ConfigSource(Path.of(fileName), Overlay.NONE), text, environment);
    }

    private static Config read(ConfigSource from, String text, EnvironmentReferences environment)
            throws ConfigException {
        Findings findings = new Findings();
        ConfigReader reader = new ConfigReader(environment, findings);
        UserList users = fill(reader, from, text, findings);
        return of(from, users, reader, reader.globals(), new LinkedHashMap<>(), findings);
    }

    /**
     * Reads the file, then what takes precedence over it; returns the users that the latter has.
     */
    private static UserList fill(
            ConfigReader reader, ConfigSource from, String text, Findings findings) {
        boolean hasFile = from.file() != null;
        if (hasFile) {
            reader.read(from.name().toString(), text);
        }
        var target = new OverlayTarget(reader, findings, hasFile);
        from.overlay().apply(target);
        return target.userList();
    }

    private static Config of(
            ConfigSource from,
            UserList ownUsers,
            ConfigReader reader,
            Values globals,
            Map<Setting<?>, String> assigned,
            Findings findings)
            throws ConfigException {
        String file = from.name().toString();
        checkGlobals(globals, file, findings);
        checkPeers(reader.entries(Section.PEERS), findings);
        Map<String, Database> databases =
                new DatabaseEntries(globals, findings).databases(reader.entries(Section.DATABASES));
        Map<String, UserSettings> users = new LinkedHashMap<>();
        for (Entry entry : reader.entries(Section.USERS).values()) {
            users.put(entry.name(), UserSettings.of(entry.name(), entry.values()));
        }
        findings.check(file);
        return new Config(from, ownUsers, reader, assigned, globals, databases, users, findings);
    }

    // --- the next configuration ---------------------------------------------------------------

    /**
     * Reads the file again, or the file that {@code conffile} names, and what takes precedence over
     * it. Settings that only a restart can change keep their values. Those that SET changed have
     * what the file says, or their defaults, again; but see {@link #outlivesReload}.
     */
    public Config reload() throws ConfigException {
        String other = get(Settings.CONFFILE);
        var next = other.isEmpty() ? from : new ConfigSource(Path.of(other), from.overlay());
        return reparse(next, contents(next));
    }

    Config reparse(Path next, String text) throws ConfigException {
        return reparse(new ConfigSource(next, from.overlay()), text);
    }

    private Config reparse(ConfigSource next, String text) throws ConfigException {
        Findings findings = new Findings();
        ConfigReader reader = new ConfigReader(new EnvironmentReferences(), findings);
        UserList users = fill(reader, next, text, findings);
        keepForcedUsers(reader.entries(Section.DATABASES), findings);
        Values now = reader.globals();
        for (Setting<?> setting : Settings.ALL) {
            if (!setting.changeable()) {
                keep(setting, now, next.name(), findings);
            }
        }
        Map<Setting<?>, String> stay = new LinkedHashMap<>(assigned);
        stay.keySet().removeIf(setting -> now.isSet(setting) || !outlivesReload(setting));
        stay.forEach((setting, value) -> assign(setting, value, now));
        return of(next, users, reader, now, stay, findings);
    }

    /** An entry that loses its user goes on as that user; else its clients would become others. */
    private void keepForcedUsers(Map<String, Entry> next, Findings findings) {
        source.entries(Section.DATABASES)
                .forEach((name, old) -> {
                    Entry entry = next.get(name);
                    String user = old.values().get(EntrySettings.FORCED_USER);
                    if (user == null
                            || entry == null
                            || entry.values().isSet(EntrySettings.FORCED_USER)) {
                        return;
                    }
                    Values values = entry.values();
                    values.put(EntrySettings.FORCED_USER, user, entry.place());
                    if (!values.isSet(EntrySettings.PASSWORD)
                            && !values.isSet(EntrySettings.PASSWORD_FILE)) {
                        keep(EntrySettings.PASSWORD, old.values(), entry);
                        keep(EntrySettings.PASSWORD_FILE, old.values(), entry);
                    }
                    findings.postpone(
                            "user of " + name,
                            entry.place(),
                            "database \""
                                    + name
                                    + "\": losing forced user not supported, keeping old setting"
                                    + " (user=\""
                                    + user
                                    + "\") until a restart");
                });
    }

    private static void keep(Setting<String> setting, Values old, Entry entry) {
        String value = old.get(setting);
        if (value != null) {
            entry.values().put(setting, value, entry.place());
        }
    }

    private <T> void keep(Setting<T> setting, Values next, Path nextFile, Findings findings) {
        T running = get(setting);
        if (!next.orDefault(setting).equals(running)) {
            Place place = next.place(setting);
            findings.postpone(
                    setting.name(),
                    place == null ? new Place(nextFile.toString(), 0) : place,
                    setting.name()
                            + ": cannot be changed by RELOAD; it stays \""
                            + setting.print(running)
                            + "\" until a restart");
            next.put(setting, running, place == null ? new Place(nextFile.toString(), 0) : place);
        }
    }

    /**
     * Returns this configuration with one more value.
     *
     * @throws IllegalArgumentException if there is no such setting, if only a restart can change
     *     it, or if the value is not valid for it; the message says which
     * @throws ConfigException if the value conflicts with other values
     */
    public Config with(String name, String value) throws ConfigException {
        return with(Map.of(name, value));
    }

    /** As {@link #with(String, String)}, for several at once, by their names. */
    public Config with(Map<String, String> values) throws ConfigException {
        Values next = globals.copy();
        Map<Setting<?>, String> more = new LinkedHashMap<>(assigned);
        values.forEach((name, value) -> {
            Setting<?> setting = changeable(name);
            assign(setting, value, next);
            more.put(setting, value);
        });
        return of(from, ownUsers, source, next, more, new Findings());
    }

    private static Setting<?> changeable(String name) {
        Setting<?> setting = Section.GLOBAL.setting(name);
        if (setting == null) {
            throw new IllegalArgumentException(Section.GLOBAL.unknownKey(name));
        }
        if (!setting.changeable()) {
            throw new IllegalArgumentException(name + ": can be changed by a restart only");
        }
        return setting;
    }

    /** Whether what SET gave a setting outlives a RELOAD: there is no default to go back to. */
    private static boolean outlivesReload(Setting<?> setting) {
        return Settings.PGBOUNCER_UNSET.contains(setting);
    }

    /** Whether a RELOAD that has read this ends what a SET gave the setting. */
    public boolean endsSet(String name) {
        Setting<?> setting = Section.GLOBAL.setting(name);
        return setting != null
                && (!outlivesReload(setting) || isSet(setting) && !assigned.containsKey(setting));
    }

    private static <T> void assign(Setting<T> setting, String value, Values values) {
        values.put(setting, setting.parse(value), new Place("SET " + setting.name(), 0));
    }

    private static List<Peer> peersOf(ConfigReader source) {
        var peers = new ArrayList<Peer>();
        for (Entry entry : source.entries(Section.PEERS).values()) {
            peers.add(Peer.of(entry.name(), entry.values()));
        }
        return List.copyOf(peers);
    }

    // --- checks -------------------------------------------------------------------------------

    private static void checkGlobals(Values globals, String fileName, Findings findings) {
        if (globals.orDefault(Settings.LISTEN_ADDR).isEmpty()
                && globals.orDefault(Settings.UNIX_SOCKET_DIR).isEmpty()) {
            Place place = globals.place(Settings.LISTEN_ADDR);
            findings.warning(
                    "listen_addr",
                    place == null ? new Place(fileName, 0) : place,
                    "listen_addr: empty, and unix_socket_dir as well, so no client can connect");
        }
    }

    private static void checkPeers(Map<String, Entry> peers, Findings findings) {
        for (Entry peer : peers.values()) {
            if (!peer.values().isSet(EntrySettings.HOST)) {
                findings.problem(
                        peer.place(),
                        "peer \"" + peer.name() + "\": host: missing (expected: a host)");
            }
        }
    }

    /** Where it was read from. */
    public ConfigSource source() {
        return from;
    }

    /** Returns the file that was read first. */
    public Path file() {
        return file;
    }

    /**
     * Returns the same mistakes, where those of a file as a whole are at the line that names it.
     *
     * @param setting names the file
     */
    public ConfigException atNameOf(Setting<String> setting, ConfigException mistakes) {
        Place named = globals.place(setting);
        if (named == null) {
            return mistakes;
        }
        return new ConfigException(
                mistakes.problems().stream()
                        .map(one ->
                                one.line() == 0 && one.file().equals(get(setting))
                                        ? named.problem(setting.name() + ": " + one.text())
                                        : one)
                        .toList());
    }

    /** Returns the files to read that its settings name, be they there or not. */
    public Set<Path> namedFiles() {
        Set<Path> files = FileNames.in(globals, Section.GLOBAL);
        for (Section section : List.of(Section.DATABASES, Section.USERS)) {
            for (Entry entry : source.entries(section).values()) {
                files.addAll(FileNames.in(entry.values(), section));
            }
        }
        return files;
    }

    /** Returns the users who may log in besides those of {@code auth_file}, and before them. */
    public UserList ownUsers() {
        return ownUsers;
    }

    /** Returns a file that means the same, with the origin of each value and without secrets. */
    public String toIni() {
        return ConfigText.of(globals, source, ownUsers);
    }

    /** Returns the value of a global setting, or its default. */
    public <T> T get(Setting<T> setting) {
        return globals.orDefault(setting);
    }

    /** Returns the value in the form in which SHOW CONFIG prints it. */
    public <T> String text(Setting<T> setting) {
        return setting.print(get(setting));
    }

    /** Returns the default of a global setting in the form in which SHOW CONFIG prints it. */
    public <T> String defaultText(Setting<T> setting) {
        return setting.print(globals.defaultOf(setting));
    }

    /** Returns where a global setting got its value: {@code file:line}, or "default". */
    public String origin(Setting<?> setting) {
        Place place = globals.place(setting);
        return place == null ? "default" : place.toString();
    }

    /** Whether something sets the global setting. */
    public boolean isSet(Setting<?> setting) {
        return globals.isSet(setting);
    }

    /**
     * Returns the warnings, one for each key: what an operator should know although Weir can run.
     */
    public List<Problem> warnings() {
        return warnings;
    }

    /** Returns those of the warnings that say which settings of the file wait for a restart. */
    public List<Problem> postponed() {
        return postponed;
    }

    /** Whether it has a database, be it the entry {@code *}. */
    public boolean hasDatabases() {
        return template != null || !databases.isEmpty();
    }

    /** Returns the databases that have an entry of their own, in the order of the file. */
    public List<Database> databases() {
        return List.copyOf(databases.values());
    }

    /**
     * Returns the database that clients call {@code name}: the entry with that name, or one made
     * from the entry {@code *}, or null. The names of the console are not databases.
     */
    public @Nullable Database database(String name) {
        Database database = databases.get(name);
        if (database != null || template == null) {
            return database;
        }
        boolean possible = Names.isDatabase(name) && !Names.isReservedDatabase(name);
        return possible ? template.named(name) : null;
    }

    /**
     * Returns the name of the entry that serves a client. This is the name that the client asks for
     * if it named no host, or if that entry exists and admits the host. Otherwise it is the first
     * entry for that host whose database has the requested name at the server, or the requested
     * name if there is no such entry.
     *
     * @param serverName in lower case; null for a client that named no host
     */
    public String entryName(String asked, @Nullable String serverName) {
        Database own = databases.get(asked);
        if (serverName != null && (own == null || !own.isFor(serverName))) {
            for (Database database : databases.values()) {
                if (!database.serverNames().isEmpty()
                        && database.dbname().equals(asked)
                        && database.isFor(serverName)) {
                    return database.name();
                }
            }
        }
        return asked;
    }

    /** Returns the entries of {@code [peers]}, in the order of the file. */
    public List<Peer> peers() {
        return peers;
    }

    /** Returns the entries of {@code [users]}, in the order of the file. */
    public List<UserSettings> users() {
        return List.copyOf(users.values());
    }

    /** Returns the entry of {@code name} in {@code [users]}, or null. */
    public @Nullable UserSettings user(String name) {
        return users.get(name);
    }

    /**
     * Returns the settings of the pool that serves {@code user} on {@code database}. If the
     * database forces a user, the settings of the forced user apply, except that the limit on the
     * number of a user's clients is still the one of the client's own user.
     */
    public PoolSettings poolSettings(Database database, String user) {
        String forced = database.forcedUser();
        return PoolSettings.of(
                this, database, users.get(forced == null ? user : forced), users.get(user));
    }
}
