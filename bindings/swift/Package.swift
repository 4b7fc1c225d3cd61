// swift-tools-version:6.0
// Bibtrail for Swift: what UniFFI writes, the adapters that make it feel like Swift, and what the screens decide.
//
// On Apple's systems the Rust library is an XCFramework, made by ios/build-xcframework. On Linux it is a shared library,
// found through -L by bindings/swift/run.

import PackageDescription

#if os(Linux)
    let core: Target = .systemLibrary(name: "BibtrailCoreFFI")
#else
    let core: Target = .binaryTarget(name: "BibtrailCoreFFI", path: "Frameworks/BibtrailCoreFFI.xcframework")
#endif

let package = Package(
    name: "Bibtrail",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [
        .library(name: "Bibtrail", targets: ["Bibtrail"]),
        .library(name: "BibtrailScreens", targets: ["BibtrailScreens"]),
    ],
    targets: [
        core,
        .target(name: "BibtrailCore", dependencies: ["BibtrailCoreFFI"]),
        .target(name: "Bibtrail", dependencies: ["BibtrailCore"]),
        .target(name: "BibtrailScreens", dependencies: ["Bibtrail"]),
        // What tests share: a clock that is set, keys in memory and in files, the files of the scripted race.
        .target(name: "BibtrailTestSupport", dependencies: ["Bibtrail"]),
        // A phone that a test kills.
        .executableTarget(name: "bibtrail-recorder", dependencies: ["BibtrailTestSupport"]),
        .testTarget(name: "BibtrailTests", dependencies: ["BibtrailTestSupport", "bibtrail-recorder"]),
        .testTarget(name: "BibtrailScreensTests", dependencies: ["BibtrailScreens", "BibtrailTestSupport"]),
    ]
)
