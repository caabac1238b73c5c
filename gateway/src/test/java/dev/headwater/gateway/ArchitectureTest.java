package dev.headwater.gateway;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.headwater.event.EventGate;
import dev.headwater.history.EventStore;
import dev.headwater.history.NewEvent;
import dev.headwater.history.RoomWriter;

@AnalyzeClasses(
        packages = "dev.headwater",
        importOptions = {DoNotIncludeTests.class, ArchitectureTest.DoNotIncludeTestJars.class})
class ArchitectureTest {
    /** The tests of the other modules, which a whole build puts onto the class path as archives. */
    static final class DoNotIncludeTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule onlyTheStoreModuleSeesLettuce = noClasses()
            .that()
            .resideInAPackage("dev.headwater.gateway..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.lettuce..");

    @ArchTest
    static final ArchRule oneClassNamesTheRedisStore = classes()
            .that()
            .resideInAPackage("dev.headwater.gateway..")
            .and()
            .doNotHaveSimpleName("OpenStore")
            .should()
            .onlyDependOnClassesThat()
            .resideOutsideOfPackage("dev.headwater.redis..");

    @ArchTest
    static final ArchRule nothingKnowsTheLoadTest =
            noClasses().should().dependOnClassesThat().resideInAPackage("dev.headwater.loadtest..");

    @ArchTest
    static final ArchRule whoAsksIsProvenWithoutHttp = noClasses()
            .that()
            .resideInAPackage("dev.headwater.gateway.auth..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.headwater.gateway.http..", "dev.headwater.gateway.endpoint..");

    @ArchTest
    static final ArchRule theRequestPathKnowsNoEndpoint = noClasses()
            .that()
            .resideInAPackage("dev.headwater.gateway.http..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.headwater.gateway.endpoint..", "dev.headwater.gateway.cli..");

    @ArchTest
    static final ArchRule onlyTheGateMakesEventsThatMayBeStored = noClasses()
            .that()
            .areNotAssignableTo(EventGate.class)
            .and()
            .areNotAssignableTo(NewEvent.class)
            .should()
            .callConstructorWhere(target(owner(equivalentTo(NewEvent.class))));

    @ArchTest
    static final ArchRule onlyWhatReadsDumpsAndWhatChecksRoomsAsksTheGate = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.headwater.gateway.transfer.EventCheck")
            .and()
            .doNotHaveFullyQualifiedName("dev.headwater.gateway.transfer.PageComparison")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(EventGate.class)
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule onlyAnImportWrites = noClasses()
            .that()
            .resideOutsideOfPackage("dev.headwater.history..")
            .and()
            .doNotHaveFullyQualifiedName("dev.headwater.gateway.transfer.RoomImport")
            .and()
            .doNotHaveFullyQualifiedName("dev.headwater.gateway.transfer.RoomImport$Run")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(RoomWriter.class);

    /** A store that stands before another one passes on; the writer, and the edits of sweeps, are the only ones to begin. */
    @ArchTest
    static final ArchRule onlyTheWriterAndTheSweepsPublish = noClasses()
            .that()
            .areNotAssignableTo(EventStore.class)
            .and()
            .doNotHaveFullyQualifiedName("dev.headwater.history.WriteRun")
            .and()
            .doNotHaveFullyQualifiedName("dev.headwater.history.EditPublisher")
            .should()
            .callMethodWhere(target(owner(assignableTo(EventStore.class))).and(target(name("publish"))));

    @ArchTest
    static final ArchRule onlyTheWriterAppends = noClasses()
            .that()
            .areNotAssignableTo(EventStore.class)
            .and()
            .doNotHaveFullyQualifiedName("dev.headwater.history.BodyAppends")
            .should()
            .callMethodWhere(target(owner(assignableTo(EventStore.class))).and(target(name("append"))));
}
