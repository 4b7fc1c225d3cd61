// The library: the Rust core per processor, what UniFFI writes for Android, and the adapters tested in bindings/kotlin.
import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    alias(libs.plugins.android.library)
    alias(libs.plugins.kotlin.android)
}

val abis = listOf("arm64-v8a", "armeabi-v7a", "x86_64")

android {
    namespace = "bibtrail.core"
    compileSdk = 36
    // From r28 on, libraries are aligned to 16 KB pages without further flags.
    ndkVersion = "28.2.13676358"

    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
        testInstrumentationRunner = "androidx.test.runner.AndroidJUnitRunner"
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    sourceSets["main"].kotlin.srcDir("../../bindings/kotlin/src/phone/kotlin")
}

kotlin {
    compilerOptions {
        jvmTarget.set(JvmTarget.JVM_17)
    }
}

dependencies {
    api(libs.coroutines.android)
    implementation(libs.annotation)
    implementation("${libs.jna.get()}@aar")
    androidTestImplementation(libs.test.junit)
    androidTestImplementation(libs.test.runner)
}

// `cargo install cargo-ndk --version 4.1.2 --locked`; it finds the NDK by ANDROID_NDK_HOME.
val cargoNdk by tasks.registering(Exec::class) {
    description = "Builds libbibtrail_bindings.so for each processor."
    workingDir = rootDir.resolve("..")
    environment("ANDROID_NDK_HOME", android.ndkDirectory.absolutePath)
    commandLine(
        listOf("cargo", "ndk", "--platform", "26", "--output-dir", file("src/main/jniLibs").absolutePath) +
            abis.flatMap { listOf("--target", it) } +
            listOf("build", "--profile", "phone", "-p", "bibtrail-bindings"),
    )
}

tasks.named("preBuild") { dependsOn(cargoNdk) }
