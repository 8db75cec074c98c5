package dev.weir;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchConditions.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.weir.net.Chance;
import dev.weir.net.Clock;
import dev.weir.net.Fatal;
import dev.weir.net.LoopConfined;
import dev.weir.os.ServiceManager;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of ARCHITECTURE.md that a machine can check. */
@NullMarked
final class ArchitectureTest {
    private static final String ROOT = "dev.weir.";

    /** Bottom first. A package may use those before it, never those after it. */
    private static final List<String> ORDER =
            List.of(
                    "protocol",
                    "error",
                    "config",
                    "environment",
                    "os",
                    "log",
                    "metrics",
                    "sql",
                    "exchange",
                    "net",
                    "tls",
                    "backend",
                    "pool",
                    "statements",
                    "audit",
                    "catalog",
                    "auth",
                    "cluster",
                    "route",
                    "login",
                    "session",
                    "observe",
                    "watch",
                    "admin",
                    "ops",
                    "check",
                    "migrate",
                    "top",
                    "app");

    /** Where every byte of a client's traffic passes: nothing may allocate per message. */
    private static final String[] DATA_PLANE = {
        "dev.weir.exchange..", "dev.weir.backend..", "dev.weir.pool..", "dev.weir.session.."
    };

    private static final String THREAD = "java.lang.Thread";
    private static final String SYSTEM = "java.lang.System";

    private static final JavaClasses classes = read();

    /** Reads our own classes only: of the others a rule needs no more than the name. */
    private static JavaClasses read() {
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter()
                .withImportOption(new DoNotIncludeTests())
                .withImportOption(location -> !location.contains("pgkit"))
                .importPackages("dev.weir");
    }

    @Test
    void packagesDependDownwards() {
        var layers = Architectures.layeredArchitecture().consideringOnlyDependenciesInLayers();
        List<String> present = ORDER.stream().filter(ArchitectureTest::exists).toList();
        for (String layer : present) {
            layers = layers.layer(layer).definedBy(ROOT + layer + "..");
        }
        for (int i = 0; i < present.size(); i++) {
            String[] above = present.subList(i + 1, present.size()).toArray(String[]::new);
            layers =
                    above.length == 0
                            ? layers.whereLayer(present.get(i)).mayNotBeAccessedByAnyLayer()
                            : layers.whereLayer(present.get(i)).mayOnlyBeAccessedByLayers(above);
        }
        layers.check(classes);
    }

    /** A new package must say where it stands. */
    @Test
    void everyPackageHasItsPlace() {
        Set<String> packages = new TreeSet<>();
        for (JavaClass type : classes) {
            packages.add(type.getPackageName().substring(ROOT.length()).replaceFirst("\\..*", ""));
        }
        assertThat(packages).isSubsetOf(ORDER).contains("protocol", "session", "admin", "app");
    }

    private static boolean exists(String layer) {
        return classes.stream()
                .anyMatch(type -> (type.getPackageName() + '.').startsWith(ROOT + layer + '.'));
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("dev.weir.(*)..").should().beFreeOfCycles().check(classes);
    }

    /** Else each of them could only be read, and tested, with all others. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "error",
                "metrics",
                "exchange",
                "backend",
                "auth",
                "route",
                "statements",
                "audit",
                "session",
                "observe",
                "admin",
                "ops",
                "check"
            })
    void theClassesOfAPackageFormNoCycles(String layer) {
        slices().assignedFrom(eachClassOf(layer)).should().beFreeOfCycles().check(classes);
    }

    /** Nested classes belong to the one around them. */
    private static SliceAssignment eachClassOf(String layer) {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return type.getPackageName().equals(ROOT + layer)
                        ? SliceIdentifier.of(type.getName().replaceFirst("\\$.*", ""))
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "each class of " + layer;
            }
        };
    }

    /** A static field is not the state of one loop: a counter of ids may be shared by all. */
    @Test
    void confinedStateNeedsNoSynchronization() {
        fields().that()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(LoopConfined.class)
                .and()
                .areNotStatic()
                .should()
                .notHaveModifier(JavaModifier.VOLATILE)
                .andShould(not(haveAnAtomicType()))
                .check(classes);
    }

    @Test
    void confinedMethodsTakeNoLocks() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(LoopConfined.class)
                .should()
                .notHaveModifier(JavaModifier.SYNCHRONIZED)
                .check(classes);
    }

    /**
     * {@code loop()} is how others find the loop, and what hops to it ({@code execute}) may be
     * called from anywhere.
     */
    @Test
    void confinedEntryPointsAssertTheirLoop() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(LoopConfined.class)
                .and()
                .arePublic()
                .and()
                .areNotStatic()
                .and()
                .doNotHaveName("loop")
                .and()
                .doNotHaveName("toString")
                .should(assertInLoopOrHop())
                .check(classes);
    }

    @Test
    void nothingSleeps() {
        noClasses()
                .should()
                .callMethodWhere(target(name("sleep")).and(target(owner(name(THREAD)))))
                .because("timers of the loop do not block")
                .check(classes);
    }

    /** Netty tells a handler of an error, and then goes on as if it were the connection's. */
    @Test
    void whoeverIsToldOfAnErrorChecksWhetherItIsFatal() {
        methods()
                .that()
                .haveName("exceptionCaught")
                .should(
                        new ArchCondition<>("call Fatal.check first") {
                            @Override
                            public void check(JavaMethod method, ConditionEvents events) {
                                boolean checks =
                                        method.getMethodCallsFromSelf().stream()
                                                .anyMatch(call ->
                                                        call.getTargetOwner()
                                                                .isEquivalentTo(Fatal.class));
                                events.add(
                                        new SimpleConditionEvent(
                                                method, checks, method.getFullName()));
                            }
                        })
                .check(classes);
    }

    /** Else no test could move the time, and no seed reproduce a schedule. */
    @Test
    void timeAndChanceAreHandedIn() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(Clock.class, Chance.class, ServiceManager.class)
                .should()
                .callMethodWhere(target(name("nanoTime")).and(target(owner(name(SYSTEM)))))
                .orShould()
                .callMethodWhere(target(name("currentTimeMillis")).and(target(owner(name(SYSTEM)))))
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(ThreadLocalRandom.class, Random.class)
                .because("Clock, LoopOwned.nanoTime and Chance are there for it")
                .check(classes);
    }

    @Test
    void theDataPlaneUsesNoStreams() {
        noClasses()
                .that()
                .resideInAnyPackage(DATA_PLANE)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.stream..")
                .because("a stream allocates for every use")
                .check(classes);
    }

    /** Whatever is shown was a snapshot before; whatever is done goes through Operations. */
    @Test
    void whatIsShownIsASnapshot() {
        noClasses()
                .that()
                .resideInAPackage("dev.weir.admin..")
                .and()
                .haveSimpleNameNotStartingWith("Console")
                .should()
                .dependOnClassesThat(
                        DescribedPredicate.and(
                                annotatedWith(LoopConfined.class),
                                resideOutsideOfPackage("dev.weir.admin..")))
                .because("observe has looked at it on its loop")
                .check(classes);
    }

    @Test
    void onlyTheCommandLineWritesToTheConsole() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.weir.app.Main")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .because("everything else goes to the log")
                .check(classes);
    }

    private static ArchCondition<JavaField> haveAnAtomicType() {
        return new ArchCondition<>("have a type of java.util.concurrent") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                boolean atomic =
                        field.getRawType().getPackageName().startsWith("java.util.concurrent");
                events.add(new SimpleConditionEvent(field, atomic, field.getDescription()));
            }
        };
    }

    private static ArchCondition<JavaMethod> assertInLoopOrHop() {
        return new ArchCondition<>("call assertInLoop(), or only hop to the loop") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                Set<String> calls = new TreeSet<>();
                for (JavaAccess<?> call : method.getMethodCallsFromSelf()) {
                    calls.add(call.getName());
                }
                boolean hops = calls.equals(Set.of("loop", "execute"));
                boolean holds = calls.contains("assertInLoop") || hops;
                events.add(new SimpleConditionEvent(method, holds, method.getDescription()));
            }
        };
    }
}
