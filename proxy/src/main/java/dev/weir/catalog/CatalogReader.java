package dev.weir.catalog;

import dev.weir.catalog.Graph.Kind;
import dev.weir.catalog.Graph.Node;
import dev.weir.sql.OperatorWords;
import dev.weir.sql.RoutineState;
import dev.weir.sql.StateEffects;
import dev.weir.sql.StateNames;
import dev.weir.sql.StatefulBuiltins;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Builds a {@link Closure} from the rows that answer the {@link CatalogQuestion}s. Used once. */
public final class CatalogReader {
    /*
     * There is a node for each object, and one for each name: an object passes its effects to its
     * name, and a name to each function whose body mentions it. What the catalog refers to by OID
     * (triggers, rules, operators, pg_depend and the stored trees) connects objects directly.
     */

    private static final int SESSION = StateEffects.SESSION;

    private static final int TRIGGER_INSERT = 1 << 2;
    private static final int TRIGGER_DELETE = 1 << 3;
    private static final int TRIGGER_UPDATE = 1 << 4;

    /** The symbols of the functions that PostgreSQL creates for an aggregate or a range type. */
    private static final Set<String> OF_OBJECTS =
            Set.of(
                    "aggregate_dummy",
                    "range_constructor2",
                    "range_constructor3",
                    "multirange_constructor0",
                    "multirange_constructor1",
                    "multirange_constructor2");

    /** Where PL/Perl, PL/Python and PL/Tcl keep what all functions of a session share. */
    private static final Pattern SHARED = Pattern.compile("\\b(_SHARED|GD)\\b");

    private final Map<CatalogQuestion, List<@Nullable String[]>> answers =
            new EnumMap<>(CatalogQuestion.class);
    private final Graph graph = new Graph();
    private final FoldedFunctions folded = new FoldedFunctions();
    private final Node everyText = graph.node(Kind.EVERY_TEXT, 0, "every text");

    /** The names of objects, and the node of each. */
    private final Map<String, Node> named = new TreeMap<>();

    private final List<Integer> types = new ArrayList<>();
    private final List<Integer> statefulBuiltins = new ArrayList<>();

    /** The row types of relations, and the array types of those. */
    private final Map<Integer, List<Node>> rowTypes = new HashMap<>();

    /** Adds a row of the answer to a question; null stands for NULL. Takes over the array. */
    public void add(CatalogQuestion question, @Nullable String[] row) {
        answers.computeIfAbsent(question, _ -> new ArrayList<>()).add(row);
    }

    private List<@Nullable String[]> rows(CatalogQuestion question) {
        return answers.getOrDefault(question, List.of());
    }

    /** Finds out what reaches what; call it once, after all rows. */
    public Closure close() {
        builtins();
        relations();
        types();
        operators();
        functions();
        relationships();
        families();
        supporting();
        dependencies();
        graph.close();
        return closure();
    }

    private Closure closure() {
        Map<String, Integer> effects = new HashMap<>();
        Map<String, String> paths = new HashMap<>();
        named.forEach((name, node) -> {
            if (node.effects() != 0) {
                effects.put(name, node.effects());
                paths.put(name, Graph.path(node));
            }
        });
        int[] harmless =
                types.stream()
                        .filter(oid -> effects(Kind.TYPE, oid) == 0)
                        .mapToInt(Integer::intValue)
                        .sorted()
                        .toArray();
        int[] builtins = statefulBuiltins.stream().mapToInt(Integer::intValue).sorted().toArray();
        boolean login =
                rows(CatalogQuestion.EVENT_TRIGGERS).stream()
                        .anyMatch(row -> text(row, 0).equals("login"));
        int always = everyText.effects();
        return new Closure(
                StateNames.with(effects, always, harmless),
                paths,
                always == 0 ? "" : Graph.path(everyText),
                builtins,
                login,
                folded.first(),
                graph.size());
    }

    private int effects(Kind kind, int oid) {
        Node node = graph.find(kind, oid);
        return node == null ? 0 : node.effects();
    }

    // --- cells ----------------------------------------------------------------------------------

    private static String text(@Nullable String[] row, int column) {
        String cell = row[column];
        return cell == null ? "" : cell;
    }

    private static int oid(@Nullable String[] row, int column) {
        String cell = row[column];
        return cell == null || cell.equals("-") ? 0 : Integer.parseUnsignedInt(cell);
    }

    private static boolean isUsers(int oid) {
        return Integer.compareUnsigned(oid, StateNames.FIRST_USER_OID) >= 0;
    }

    // --- objects --------------------------------------------------------------------------------

    private void builtins() {
        StatefulBuiltins.effects()
                .forEach((name, effects) -> {
                    for (int number : StateNames.numbers(name)) {
                        Node node = graph.node(Kind.NAME, number, name);
                        graph.seed(node, effects, StatefulBuiltins.reason(name));
                    }
                });
        for (@Nullable String[] row : rows(CatalogQuestion.BUILTINS)) {
            int oid = oid(row, 0);
            String name = text(row, 1);
            Integer effects = StatefulBuiltins.effects().get(name);
            if (effects != null || !StatefulBuiltins.isKnown(name)) {
                Node node = graph.node(Kind.FUNCTION, oid, name);
                statefulBuiltins.add(oid);
                if (effects == null) {
                    graph.seed(node, SESSION, "is newer than Weir");
                    name(node, name);
                } else {
                    graph.seed(node, StateEffects.inside(effects), StatefulBuiltins.reason(name));
                }
            }
        }
    }

    /** Passes the effects of an object to its name. */
    private void name(Node object, String name) {
        for (int number : StateNames.numbers(name)) {
            Node node = graph.node(Kind.NAME, number, "");
            graph.same(object, node, "");
            named.put(name, node);
        }
    }

    private void relations() {
        for (@Nullable String[] row : rows(CatalogQuestion.RELATIONS)) {
            String name = text(row, 1);
            Node relation = graph.node(Kind.RELATION, oid(row, 0), name);
            name(relation, name);
            folded.asks(name);
            rowTypes(row, relation, name);
            if (text(row, 2).equals("p")) {
                graph.node(Kind.PARTITION_KEY, oid(row, 0), "partition key of " + name);
            }
        }
        for (@Nullable String[] row : rows(CatalogQuestion.IDENTITIES)) {
            Node relation = graph.find(Kind.RELATION, oid(row, 0));
            if (relation != null) {
                int effects = StateEffects.on(StateEffects.SEQUENCES, StateEffects.INSERTS);
                graph.seed(relation, effects, "identity column");
                Node key = graph.find(Kind.PARTITION_KEY, oid(row, 0));
                if (key != null) {
                    graph.seed(key, effects, "identity column"); // partitions have it, too
                }
            }
        }
    }

    /** A relation's row type has its name; a cast of it affects those who read the relation. */
    private void rowTypes(@Nullable String[] row, Node relation, String name) {
        List<Node> both = new ArrayList<>(2);
        if (oid(row, 3) != 0) {
            Node type = graph.node(Kind.TYPE, oid(row, 3), "row of " + name);
            types.add(oid(row, 3));
            graph.same(type, relation, "");
            both.add(type);
            if (oid(row, 4) != 0) {
                Node array = graph.node(Kind.TYPE, oid(row, 4), "array of " + name);
                types.add(oid(row, 4));
                graph.same(type, array, "");
                name(array, text(row, 5));
                both.add(array);
            }
        }
        rowTypes.put(oid(row, 0), both);
    }

    private void types() {
        for (@Nullable String[] row : rows(CatalogQuestion.TYPES)) {
            Node type = graph.node(Kind.TYPE, oid(row, 0), "type " + text(row, 1));
            types.add(oid(row, 0));
            name(type, text(row, 1));
        }
        for (@Nullable String[] row : rows(CatalogQuestion.TYPES)) {
            Node type = graph.find(Kind.TYPE, oid(row, 0));
            graph.uses(graph.find(Kind.TYPE, oid(row, 3)), type, 0, "elements");
            graph.uses(graph.find(Kind.TYPE, oid(row, 4)), type, 0, "base type");
        }
    }

    private void operators() {
        for (@Nullable String[] row : rows(CatalogQuestion.OPERATORS)) {
            String symbol = text(row, 1);
            Node operator = graph.node(Kind.OPERATOR, oid(row, 0), "operator " + symbol);
            OperatorWords.of(symbol).forEach(word -> name(operator, word));
        }
    }

    private void functions() {
        for (@Nullable String[] row : rows(CatalogQuestion.FUNCTIONS)) {
            String name = text(row, 1);
            Node function = graph.node(Kind.FUNCTION, oid(row, 0), name);
            name(function, name);
            String body = text(row, 4);
            switch (text(row, 2)) {
                case "sql" -> body(row, function, RoutineState.ofSql(body));
                case "plpgsql" -> body(row, function, RoutineState.ofPlpgsql(body));
                case "c" -> {
                    String why = KnownExtensions.reason(text(row, 3), name);
                    if (!why.isEmpty()) {
                        Integer known = StatefulBuiltins.effects().get(name);
                        graph.seed(function, known == null ? SESSION : known, why);
                    }
                }
                case "internal" -> internal(function, text(row, 3), body);
                default -> {
                    boolean isShared = SHARED.matcher(body).find();
                    int effects = isShared ? SESSION | StateEffects.TAINTS : SESSION;
                    String why = "language " + text(row, 2);
                    graph.seed(function, effects, isShared ? why + ", shares values" : why);
                    folded.addOpaque(name, isImmutable(row));
                }
            }
        }
    }

    /** Those of extensions are what they are declared to be. */
    private static boolean isImmutable(@Nullable String[] row) {
        return text(row, 5).equals("i") && text(row, 3).isEmpty();
    }

    private void body(@Nullable String[] row, Node function, RoutineState state) {
        folded.add(text(row, 1), isImmutable(row), text(row, 4), state);
        int own = StateEffects.inside(state.effects());
        if (own != 0) {
            graph.seed(function, own, "runs a computed text or a command that is not harmless");
        }
        for (int number : state.names()) {
            Node name = graph.node(Kind.NAME, number, "");
            graph.connect(name, function, state.occasions(), 0, "");
        }
    }

    /** A built-in function under another name. */
    private void internal(Node function, String extension, String symbol) {
        if (!OF_OBJECTS.contains(symbol) && !KnownExtensions.has(extension)) {
            graph.seed(function, SESSION, "language internal: " + symbol);
        }
    }

    // --- what reaches what ----------------------------------------------------------------------

    private @Nullable Node function(@Nullable String[] row, int column) {
        return graph.find(Kind.FUNCTION, oid(row, column));
    }

    private @Nullable Node relation(@Nullable String[] row, int column) {
        return graph.find(Kind.RELATION, oid(row, column));
    }

    private void relationships() {
        for (@Nullable String[] row : rows(CatalogQuestion.INHERITANCE)) {
            graph.same(relation(row, 0), relation(row, 1), "child");
            Node key = graph.find(Kind.PARTITION_KEY, oid(row, 1));
            graph.same(key, relation(row, 0), "");
            graph.same(key, graph.find(Kind.PARTITION_KEY, oid(row, 0)), "");
        }
        for (@Nullable String[] row : rows(CatalogQuestion.TRIGGERS)) {
            int at = occasions(Integer.parseInt(text(row, 1)));
            if (at != 0) {
                graph.uses(function(row, 2), relation(row, 0), at, "trigger " + text(row, 3));
            }
        }
        for (@Nullable String[] row : rows(CatalogQuestion.FOREIGN_KEYS)) {
            String how = "foreign key " + text(row, 4);
            action(row, text(row, 2), StateEffects.DELETES, how);
            action(row, text(row, 3), StateEffects.UPDATES, how);
        }
        for (@Nullable String[] row : rows(CatalogQuestion.FOREIGN_TABLES)) {
            Node table = relation(row, 0);
            if (table != null && !text(row, 1).equals("file_fdw")) {
                graph.seed(table, SESSION, "foreign table of " + text(row, 1));
            }
            graph.uses(function(row, 2), table, 0, text(row, 1));
        }
        for (@Nullable String[] row : rows(CatalogQuestion.ACCESS_METHODS)) {
            graph.uses(function(row, 2), relation(row, 0), 0, "access method " + text(row, 1));
        }
    }

    private static int occasions(int triggerType) {
        return ((triggerType & TRIGGER_INSERT) != 0 ? StateEffects.INSERTS : 0)
                | ((triggerType & TRIGGER_UPDATE) != 0 ? StateEffects.UPDATES : 0)
                | ((triggerType & TRIGGER_DELETE) != 0 ? StateEffects.DELETES : 0);
    }

    /**
     * What a foreign key does to referencing rows when the referenced one is deleted or changed.
     */
    private void action(@Nullable String[] row, String action, int at, String how) {
        int on =
                switch (action) {
                    case "c" -> at;
                    case "n" -> StateEffects.UPDATES;
                    case "d" -> StateEffects.UPDATES | StateEffects.INSERTS;
                    default -> 0;
                };
        if (on != 0) {
            graph.connect(relation(row, 0), relation(row, 1), on, at, how);
        }
    }

    private void families() {
        for (@Nullable String[] row : rows(CatalogQuestion.FAMILY_MEMBERS)) {
            Kind kind = text(row, 2).equals("f") ? Kind.FUNCTION : Kind.OPERATOR;
            Node member = graph.find(kind, oid(row, 1));
            Node family = graph.node(Kind.FAMILY, oid(row, 0), "operator family " + oid(row, 0));
            graph.uses(member, family, 0, "");
            if (!isUsers(oid(row, 0))) {
                graph.uses(family, everyText, 0, "");
            }
        }
        for (@Nullable String[] row : rows(CatalogQuestion.FAMILY_TYPES)) {
            Node family = graph.find(Kind.FAMILY, oid(row, 0));
            if (isUsers(oid(row, 1))) {
                graph.uses(family, graph.find(Kind.TYPE, oid(row, 1)), 0, "operator class");
            } else if (text(row, 2).equals("t")) {
                graph.uses(family, everyText, 0, "default operator class");
            }
        }
        for (@Nullable String[] row : rows(CatalogQuestion.FAMILY_RELATIONS)) {
            Node family = graph.find(Kind.FAMILY, oid(row, 0));
            graph.uses(family, relation(row, 1), 0, "index");
            graph.uses(family, graph.find(Kind.PARTITION_KEY, oid(row, 1)), 0, "");
        }
        for (@Nullable String[] row : rows(CatalogQuestion.RANGES)) {
            Node range = graph.find(Kind.TYPE, oid(row, 0));
            graph.uses(graph.find(Kind.TYPE, oid(row, 1)), range, 0, "bounds");
            graph.uses(graph.find(Kind.FAMILY, oid(row, 2)), range, 0, "bounds");
        }
    }

    private void supporting() {
        for (@Nullable String[] row : rows(CatalogQuestion.TYPE_FUNCTIONS)) {
            graph.uses(function(row, 1), graph.find(Kind.TYPE, oid(row, 0)), 0, "support");
        }
        for (@Nullable String[] row : rows(CatalogQuestion.OPERATORS)) {
            Node operator = graph.find(Kind.OPERATOR, oid(row, 0));
            graph.uses(function(row, 2), operator, 0, "");
            graph.uses(graph.find(Kind.OPERATOR, oid(row, 3)), operator, 0, "commutator");
            graph.uses(graph.find(Kind.OPERATOR, oid(row, 4)), operator, 0, "negator");
            graph.uses(function(row, 5), operator, 0, "estimator");
            graph.uses(function(row, 6), operator, 0, "estimator");
        }
        for (@Nullable String[] row : rows(CatalogQuestion.AGGREGATES)) {
            graph.uses(function(row, 1), function(row, 0), 0, "aggregate");
        }
        for (@Nullable String[] row : rows(CatalogQuestion.CASTS)) {
            Node function = function(row, 2);
            for (int column = 0; column < 2; column++) {
                Node type = graph.find(Kind.TYPE, oid(row, column));
                graph.uses(function, type, 0, "cast");
            }
            if (!isUsers(oid(row, 0)) && !isUsers(oid(row, 1))) {
                graph.uses(function, everyText, 0, "cast");
            }
        }
        for (@Nullable String[] row : rows(CatalogQuestion.UNNAMED)) {
            graph.uses(function(row, 2), everyText, 0, text(row, 0) + ' ' + text(row, 1));
        }
    }

    // --- pg_depend and stored trees -------------------------------------------------------------

    private void dependencies() {
        Map<Integer, Integer> commands = new HashMap<>();
        for (@Nullable String[] row : rows(CatalogQuestion.BODIES)) {
            if (text(row, 0).equals("command")) {
                int occasion =
                        switch (text(row, 3)) {
                            case "2" -> StateEffects.UPDATES;
                            case "3" -> StateEffects.INSERTS;
                            case "4" -> StateEffects.DELETES;
                            default -> 0;
                        };
                commands.merge(oid(row, 1), occasion, (a, b) -> a | b);
            } else {
                depend(row, function(row, 3), StateEffects.MODIFIES);
            }
        }
        for (@Nullable String[] row : rows(CatalogQuestion.TREES)) {
            depend(row, function(row, 3), StateEffects.MODIFIES);
        }
        for (@Nullable String[] row : rows(CatalogQuestion.DEPENDENCIES)) {
            int on =
                    text(row, 0).equals("function")
                            ? commands.getOrDefault(oid(row, 1), StateEffects.MODIFIES)
                            : StateEffects.MODIFIES;
            depend(row, used(oid(row, 3), oid(row, 4)), on);
        }
    }

    private @Nullable Node used(int catalog, int oid) {
        return switch (catalog) {
            case 1255 -> graph.find(Kind.FUNCTION, oid);
            case 1247 -> graph.find(Kind.TYPE, oid);
            case 2617 -> graph.find(Kind.OPERATOR, oid);
            case 1259 -> isUsers(oid) ? graph.find(Kind.RELATION, oid) : settings(oid);
            default -> null;
        };
    }

    private Node settings(int oid) {
        Node view = graph.node(Kind.RELATION, oid, "pg_settings");
        int effects = StateEffects.on(SESSION, StateEffects.UPDATES);
        graph.seed(view, effects, StatefulBuiltins.reason("pg_settings"));
        return view;
    }

    /** The object of a row uses a function, type, operator or relation. */
    private void depend(@Nullable String[] row, @Nullable Node used, int on) {
        String what = text(row, 0);
        String occasion = text(row, 2);
        switch (what) {
            case "default" -> {
                int at = occasion.isEmpty() ? StateEffects.INSERTS : 0;
                graph.uses(used, relation(row, 1), at, at == 0 ? "generated column" : what);
            }
            case "rule" -> rule(row, used, occasion);
            case "policy", "check" -> graph.uses(used, relation(row, 1), 0, what);
            case "trigger" ->
                    graph.uses(used, relation(row, 1), occasions(Integer.parseInt(occasion)), what);
            case "class" -> ofRelation(row, used);
            case "function" -> graph.connect(used, function(row, 1), on, 0, "");
            case "domain", "type" -> graph.uses(used, graph.find(Kind.TYPE, oid(row, 1)), 0, what);
            default -> throw new IllegalArgumentException("dependency of a " + what);
        }
    }

    private void rule(@Nullable String[] row, @Nullable Node used, String event) {
        Node relation = relation(row, 1);
        switch (event) {
            case "1" -> graph.same(used, relation, "view");
            case "2" -> graph.uses(used, relation, StateEffects.UPDATES, "rule");
            case "3" -> graph.uses(used, relation, StateEffects.INSERTS, "rule");
            default -> graph.uses(used, relation, StateEffects.DELETES, "rule");
        }
    }

    /** The type of a column, or the expression of an index or a partition key, uses something. */
    private void ofRelation(@Nullable String[] row, @Nullable Node used) {
        graph.uses(used, relation(row, 1), 0, "column or index");
        graph.uses(used, graph.find(Kind.PARTITION_KEY, oid(row, 1)), 0, "");
        for (Node type : rowTypes.getOrDefault(oid(row, 1), List.of())) {
            graph.uses(used, type, 0, "column");
        }
    }
}
