package dev.headwater;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.headwater.event.EventGate;
import dev.headwater.event.Verified;
import dev.headwater.history.NewEvent;
import dev.headwater.sign.PduSignatures;
import org.junit.jupiter.api.Test;

class CoreArchitectureTest {
    private final JavaClasses core = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.headwater");

    @Test
    void seesOnlyThePlatformJacksonReactorCoreAndItself() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "dev.headwater..",
                        "tools.jackson..",
                        "com.fasterxml.jackson.annotation..",
                        "reactor.core..",
                        "reactor.util..",
                        "org.reactivestreams..",
                        "org.jspecify.annotations..")
                .check(core);
    }

    @Test
    void packagesDoNotGoInCircles() {
        slices().matching("dev.headwater.(**)").should().beFreeOfCycles().check(core);
    }

    @Test
    void eventsComeIntoTheStoreThroughTheGateAlone() {
        noClasses()
                .that()
                .areNotAssignableTo(EventGate.class)
                .and()
                .areNotAssignableTo(NewEvent.class)
                .should()
                .callConstructorWhere(target(owner(equivalentTo(NewEvent.class))))
                .check(core);
    }

    @Test
    void onlyTheCheckOfSignaturesCallsAnEventGood() {
        noClasses()
                .that()
                .areNotAssignableTo(PduSignatures.class)
                .and()
                .resideOutsideOfPackage("dev.headwater.event")
                .should()
                .callConstructorWhere(target(owner(assignableTo(Verified.class))))
                .check(core);
    }
}
