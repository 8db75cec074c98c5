package dev.weir.environment;

import dev.weir.config.Names;
import dev.weir.config.Overlay;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.environment.Variables.Variable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The configuration by environment variables. Weir's own, {@code WEIR_POOL_MODE} and so on, are
 * always read. Those of libpq and of other images are read only if the command line names no file,
 * as in a container: an operator's shell may have {@code PGHOST} for other reasons.
 *
 * <p>In order of precedence: {@code WEIR_*}; other names; the file; the defaults.
 */
public final class Environment implements Overlay {
    private static final String DATABASES = "WEIR_DATABASES";
    private static final String USERS = "WEIR_USERS";
    private static final String USERLIST = "WEIR_USERLIST";

    /** Names of Weir's own that are not settings: those of the launcher, and the file. */
    private static final Set<String> OTHERS =
            Set.of(
                    "WEIR_CONFIG",
                    "WEIR_BUILD",
                    "WEIR_JAVA_OPTS",
                    "WEIR_LAUNCHER_FD",
                    "WEIR_LOG_LEVEL",
                    "WEIR_PROFILE");

    private static final Pattern FOR_TESTS = Pattern.compile("WEIR_TEST_.*");

    private final Map<String, String> variables;
    private final boolean readsAll;
    private final Predicate<Path> isFile;
    private volatile List<String> used = List.of();

    /**
     * @param variables all of the environment, by name
     * @param readsAll whether the names of libpq and of other images count, too
     */
    public Environment(Map<String, String> variables, boolean readsAll) {
        this(variables, readsAll, Files::isRegularFile);
    }

    Environment(Map<String, String> variables, boolean readsAll, Predicate<Path> isFile) {
        this.variables = Map.copyOf(variables);
        this.readsAll = readsAll;
        this.isFile = isFile;
    }

    @Override
    public void apply(Target target) {
        var from = new Variables(variables, target);
        if (readsAll) {
            new OtherNames(from, target, isFile).apply();
        }
        own(from, target);
        unknown(from, target);
        used = List.copyOf(from.used());
    }

    /** Returns the names of the variables that had a value when they were last read. */
    public Collection<String> used() {
        return used;
    }

    private static void own(Variables from, Target target) {
        for (Setting<?> setting : Settings.ALL) {
            Variable variable = from.find(Alias.own(setting));
            if (variable != null) {
                target.set(setting, variable.value(), variable.origin());
            }
        }
        Variable databases = from.find(DATABASES);
        if (databases != null) {
            target.lines(Part.DATABASES, databases.value(), databases.origin());
        }
        Variable users = from.find(USERS);
        if (users != null) {
            target.lines(Part.USERS, users.value(), users.origin());
        }
        Variable list = from.find(USERLIST);
        if (list != null) {
            target.users(list.value(), list.origin());
        }
    }

    /** Reports unknown names: a misspelled one would otherwise be ignored silently. */
    private static void unknown(Variables from, Target target) {
        Map<String, Boolean> known = new LinkedHashMap<>();
        for (String name : ownNames()) {
            known.put(name, true);
            known.put(name + "_FILE", true);
        }
        for (String name : from.names()) {
            if (name.startsWith(Alias.OWN)
                    && !known.containsKey(name)
                    && !from.isServiceLink(name)
                    && !FOR_TESTS.matcher(name).matches()) {
                String nearest = nearest(name);
                target.problem(
                        Variables.origin(name),
                        "no such setting"
                                + (nearest == null
                                        ? " (expected: WEIR_ and the name of a setting in capitals)"
                                        : " (did you mean " + nearest + "?)"));
            }
        }
    }

    private static @Nullable String nearest(String name) {
        return Names.nearest(name, ownNames());
    }

    /** Returns every name of Weir's own. */
    static List<String> ownNames() {
        List<String> names = new ArrayList<>();
        Settings.ALL.forEach(setting -> names.add(Alias.own(setting)));
        names.addAll(List.of(DATABASES, USERS, USERLIST));
        names.addAll(OTHERS);
        return names;
    }
}
