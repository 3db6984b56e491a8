// swift-tools-version: 6.1
import PackageDescription

/// Settings that every target shares: Swift 6, with the imports and existentials spelled out.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Tests spell less out.
let tests: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let cryptography: [Target.Dependency] = [
    .product(name: "Crypto", package: "swift-crypto"),
    .product(name: "CryptoExtras", package: "swift-crypto"),
]
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let lifecycle: Target.Dependency = .product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")

// Targets stand in the order in which data flows: each may import only what stands above it here.
let package = Package(
    name: "my-book-store",
    products: [
        .executable(name: "bookstore", targets: ["bookstore"]),
        // For bench/micro, which measures them by the clock.
        .library(name: "HotPieces", targets: ["HotPieces"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    ],
    targets: [
        // zlib of the system: Debian's zlib1g-dev.
        .systemLibrary(name: "CZlib"),
        // libpq's types: Debian's libpq-dev. The library itself is looked for when a store asks for it.
        .systemLibrary(name: "CPQ"),
        .target(name: "Model", swiftSettings: strict),
        .target(name: "Processes", dependencies: ["Model"], swiftSettings: strict),
        .target(
            name: "Monitoring", dependencies: ["Model", "Processes", histogram, logging, nioCore],
            swiftSettings: strict),
        .target(
            name: "TierHTTP", dependencies: ["CZlib", "Model", "Monitoring", logging, deque] + nio,
            swiftSettings: strict),
        .target(name: "Outside", dependencies: ["Model", tls] + nio, swiftSettings: strict),
        .target(name: "StoreAPI", dependencies: ["Model", "TierHTTP"] + nio, swiftSettings: strict),
        .target(
            name: "Storage",
            dependencies: ["CPQ", "Model", "Monitoring", nioCore, deque, grdb, logging, cryptography[0]],
            swiftSettings: strict),
        .target(
            name: "Services", dependencies: ["Model", "Monitoring", "TierHTTP", "StoreAPI"] + nio,
            swiftSettings: strict),
        .target(name: "Passwords", dependencies: cryptography, swiftSettings: strict),
        .target(
            name: "Catalog",
            dependencies: [
                "Model", "Monitoring", "TierHTTP", "Outside", "StoreAPI", "Storage", "Passwords", "Services",
                grdb,
                logging, cryptography[0],
            ] + nio,
            swiftSettings: strict),
        .target(
            name: "Order",
            dependencies: [
                "Model", "Monitoring", "TierHTTP", "StoreAPI", "Storage", "Services", grdb, logging,
            ] + nio,
            swiftSettings: strict),
        .target(
            name: "Frontend",
            dependencies: ["Model", "Monitoring", "TierHTTP", "StoreAPI", "Services", logging] + nio,
            swiftSettings: strict),
        .target(
            name: "StoreClient", dependencies: ["Model", "Monitoring", "TierHTTP", "StoreAPI"] + nio,
            swiftSettings: strict),
        .target(
            name: "Storefront",
            dependencies: [
                "Model", "Monitoring", "TierHTTP", "StoreAPI", "Passwords", "StoreClient", hummingbird,
                hummingbirdCore, httpTypes, lifecycle, mustache, logging, cryptography[0],
            ] + nio,
            resources: [.embedInCode("Pages")], swiftSettings: strict),
        // Tools: what judges, breaks and measures a store.
        .target(
            name: "Acceptance",
            dependencies: ["Model", "Monitoring", "TierHTTP", "StoreAPI", "StoreClient", logging] + nio,
            path: "Sources/Tools/Acceptance", swiftSettings: strict),
        .target(
            name: "Audit", dependencies: ["Model", "Monitoring"], path: "Sources/Tools/Audit",
            swiftSettings: strict),
        .target(
            name: "Linearizability", dependencies: ["Model"], path: "Sources/Tools/Linearizability",
            swiftSettings: strict),
        .target(
            name: "Chaos",
            dependencies: [
                "Model", "Processes", "Monitoring", "TierHTTP", "StoreAPI", "StoreClient",
                "Linearizability", deque,
            ] + nio,
            path: "Sources/Tools/Chaos", swiftSettings: strict),
        .target(
            name: "Top", dependencies: ["Model", "Monitoring", "TierHTTP", "StoreClient"] + nio,
            path: "Sources/Tools/Top",
            swiftSettings: strict),
        .target(
            name: "Bench",
            dependencies: ["Model", "Processes", "Monitoring", "TierHTTP", "StoreAPI", deque, histogram]
                + nio,
            path: "Sources/Tools/Bench", swiftSettings: strict),
        .target(
            name: "Demo",
            dependencies: [
                "Model", "Monitoring", "Storage", "Services", "Catalog", "Order", nioCore, logging,
            ],
            path: "Sources/Tools/Demo",
            resources: [.embedInCode("Books")], swiftSettings: strict),
        .executableTarget(
            name: "bookstore",
            dependencies: [
                "Model", "Processes", "Monitoring", "TierHTTP", "Outside", "StoreAPI", "Storage", "Passwords",
                "Services",
                "Catalog", "Order", "Frontend", "StoreClient", "Storefront", "Acceptance", "Audit",
                "Linearizability",
                "Chaos", "Top",
                "Bench", "Demo",
                arguments, configuration, signals, system,
                logging,
            ] + nio,
            swiftSettings: strict),

        // The pieces that every request or sale passes through, alone. CountPieces runs one of them a number of times
        // and does nothing else, for callgrind to count: `make bench-check`.
        .target(
            name: "HotPieces",
            dependencies: [
                "Model", "Monitoring", "TierHTTP", "StoreAPI", "Storage", "Catalog", nioCore, nioEmbedded,
                logging,
            ],
            path: "bench/micro/Sources/HotPieces", swiftSettings: strict),
        .executableTarget(
            name: "CountPieces", dependencies: ["HotPieces"], path: "bench/micro/Sources/CountPieces",
            swiftSettings: strict),

        // Tests. `TestSupport` has the fixtures; the system tests start the built executable.
        .target(
            name: "TestSupport", dependencies: ["CZlib", "Processes", "TierHTTP"], path: "Tests/TestSupport",
            swiftSettings: tests),
        .testTarget(name: "ModelTests", dependencies: ["Model", "TestSupport"], swiftSettings: tests),
        .testTarget(
            name: "AuditTests", dependencies: ["Audit", "Linearizability", "Model", "TestSupport"],
            swiftSettings: tests),
        .testTarget(
            name: "ChaosTests",
            dependencies: ["Chaos", "Linearizability", "Model", "Processes", "Monitoring"] + nio,
            swiftSettings: tests),
        .testTarget(name: "TopTests", dependencies: ["Top", "Monitoring", "Model"], swiftSettings: tests),
        .testTarget(
            name: "BenchTests", dependencies: ["Bench", "Model", "Monitoring", "TestSupport", nioCore],
            swiftSettings: tests),
        .testTarget(name: "DemoTests", dependencies: ["Demo", "Model"], swiftSettings: tests),
        .testTarget(
            name: "MonitoringTests", dependencies: ["Monitoring", "Model", "TestSupport", nioCore],
            swiftSettings: tests),
        .testTarget(
            name: "TierHTTPTests",
            dependencies: [
                "Services", "StoreAPI", "TierHTTP", "Monitoring", "Model", "TestSupport", logging,
                nioEmbedded,
            ] + cryptography + nio,
            swiftSettings: tests),
        .testTarget(
            name: "OutsideTests", dependencies: ["Outside", "Model", "TestSupport", tls] + nio,
            swiftSettings: tests),
        .testTarget(
            name: "StoreClientTests",
            dependencies: [
                "StoreClient", "StoreAPI", "TierHTTP", "Monitoring", "Model", "TestSupport", logging,
            ] + nio,
            swiftSettings: tests),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Storage", "Monitoring", "Model", "TestSupport", grdb] + nio,
            swiftSettings: tests),
        .testTarget(
            name: "CatalogTests",
            dependencies: [
                "Audit", "Catalog", "Demo", "Outside", "Passwords", "Services", "StoreAPI", "Storage",
                "TierHTTP",
                "Monitoring", "Model", "TestSupport", grdb, logging,
            ] + nio,
            swiftSettings: tests),
        .testTarget(
            name: "OrderTests",
            dependencies: [
                "Order", "Catalog", "Services", "Storage", "Monitoring", "Model",
                "TierHTTP",
                "TestSupport", grdb, logging,
            ] + nio,
            swiftSettings: tests),
        .testTarget(
            name: "StorefrontTests",
            dependencies: [
                "Storefront", "Passwords", "StoreAPI", "StoreClient", "Model", "Monitoring", "TierHTTP",
                "TestSupport", hummingbird, httpTypes, logging, nioCore, cryptography[0],
            ],
            swiftSettings: tests),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Linearizability", "Audit", "Order", "Catalog", "Services", "Frontend", "Storage",
                "Monitoring", "Model", "TierHTTP", "TestSupport", nioCore, nioEmbedded, logging, grdb,
            ], swiftSettings: tests),
        .testTarget(
            name: "DiskTests", dependencies: ["Model", "TestSupport", "bookstore"], exclude: ["shim"],
            swiftSettings: tests),
        .testTarget(
            name: "SystemTests", dependencies: ["Bench", "Model", "Processes", "TestSupport", "bookstore"],
            swiftSettings: tests),
    ]
)
