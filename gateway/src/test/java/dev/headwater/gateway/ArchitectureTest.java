package dev.headwater.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.headwater", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
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
}
