// swift-tools-version: 6.3
import PackageDescription

/// Every check the compiler has, and every warning an error.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .strictMemorySafety(),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let fuzzDependencies: [Target.Dependency] = [
    "DaemonCore", "ControlAPI", "JSONRPC", "DeviceState", "VDPA", "Netlink", "FakeNetlinkKernel", "LinuxIO", "Virtio",
    "JSON", logging, systemPackage,
]

// Imports point down this list only; `make check` compares every import with it.
let package = Package(
    name: "vdpad",
    products: [
        .executable(name: "vdpad", targets: ["vdpad"]),
        .executable(name: "vdpactl", targets: ["vdpactl"]),
        // The client, and the modules of the types that its calls take and answer.
        .library(name: "VdpadClient", targets: ["VdpadClient", "ControlAPI", "DeviceState", "Virtio", "JSON"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    ],
    targets: [
        .executableTarget(name: "vdpad", dependencies: ["DaemonCore"], swiftSettings: settings),
        .executableTarget(name: "vdpactl", dependencies: ["CLICore", argumentParser], swiftSettings: settings),
        // Writes the manual pages; `make build` runs it.
        .executableTarget(
            name: "write-manual",
            dependencies: ["DaemonCore", "CLICore", "ControlAPI", "LinuxIO", "JSON", systemPackage],
            swiftSettings: settings),
        .target(
            name: "DaemonCore",
            dependencies: [
                "VDPA", "ControlAPI", "JSONRPC", "DeviceState", "LinuxIO", "Virtio", "JSON", logging, systemPackage,
            ],
            swiftSettings: settings),
        .target(
            name: "CLICore",
            dependencies: [
                "VdpadClient", "ControlAPI", "DeviceState", "LinuxIO", "Virtio", "JSON", argumentParser, systemPackage,
            ],
            swiftSettings: settings),
        .target(
            name: "VdpadClient",
            dependencies: ["ControlAPI", "JSONRPC", "LinuxIO", "Virtio", "JSON", systemPackage],
            swiftSettings: settings),
        .target(name: "ControlAPI", dependencies: ["DeviceState", "Virtio", "JSON"], swiftSettings: settings),
        .target(name: "JSONRPC", dependencies: ["JSON", "LinuxIO", systemPackage], swiftSettings: settings),
        .target(name: "DeviceState", dependencies: ["Virtio", "JSON", "CMessageDigest"], swiftSettings: settings),
        .target(
            name: "VDPA",
            dependencies: ["Netlink", "LinuxIO", "Virtio", "JSON", "CLinux", systemPackage],
            swiftSettings: settings),
        .target(name: "Netlink", dependencies: ["CNetlink", "LinuxIO", systemPackage], swiftSettings: settings),
        .target(name: "LinuxIO", dependencies: ["CLinux", systemPackage], swiftSettings: settings),
        .target(name: "JSON", swiftSettings: settings),
        .target(name: "Virtio", swiftSettings: settings),
        .systemLibrary(name: "CNetlink", pkgConfig: "libnl-genl-3.0", providers: [.apt(["libnl-genl-3-dev"])]),
        .systemLibrary(name: "CMessageDigest", pkgConfig: "libmd", providers: [.apt(["libmd-dev"])]),
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),

        .target(name: "SeededGenerator", path: "Tests/Support/SeededGenerator", swiftSettings: settings),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "SeededGenerator"], swiftSettings: settings),
        .testTarget(name: "VirtioTests", dependencies: ["Virtio"], swiftSettings: settings),
        .target(
            name: "CheckTable", dependencies: ["DeviceState", "Virtio", "JSON"], path: "Tests/Support/CheckTable",
            swiftSettings: settings),
        .testTarget(
            name: "DeviceStateTests",
            dependencies: ["DeviceState", "CheckTable", "Virtio", "JSON", "SeededGenerator"],
            swiftSettings: settings),
        .testTarget(name: "LinuxIOTests", dependencies: ["LinuxIO", "CLinux", systemPackage], swiftSettings: settings),
        .testTarget(
            name: "JSONRPCTests",
            dependencies: ["JSONRPC", "JSON", "LinuxIO", "SeededGenerator", systemPackage],
            swiftSettings: settings),
        .target(
            name: "FakeNetlinkKernel",
            dependencies: ["Netlink", "CNetlink", "LinuxIO"],
            path: "Tests/Support/FakeNetlinkKernel",
            swiftSettings: settings),
        .testTarget(
            name: "NetlinkTests", dependencies: ["Netlink", "FakeNetlinkKernel", systemPackage],
            swiftSettings: settings),
        .target(
            name: "HostSuite", dependencies: ["VDPA", "LinuxIO", "Virtio"], path: "Tests/Support/HostSuite",
            swiftSettings: settings),
        // What `vdpad simulated-host` is, without the daemon.
        .executableTarget(
            name: "simulated-host", dependencies: ["VDPA"], path: "Tests/Support/SimulatedHostProgram",
            swiftSettings: settings),
        // What README.md shows; a test runs it.
        .executableTarget(
            name: "client-example", dependencies: ["VdpadClient", "ControlAPI", "Virtio"],
            path: "Tests/Support/ClientExample", swiftSettings: settings),
        // Writes api/methods.md; `make api` runs it.
        .executableTarget(
            name: "describe-methods",
            dependencies: ["ControlAPI", "DeviceState", "LinuxIO", "Virtio", "JSON", systemPackage],
            path: "Tests/Support/DescribeMethods", swiftSettings: settings),
        .executableTarget(
            name: "fake-host-worker", dependencies: ["VDPA", "LinuxIO", "Virtio", "JSON", systemPackage],
            path: "Tests/Support/FakeHostWorker", swiftSettings: settings),
        .testTarget(
            name: "VDPATests",
            dependencies: [
                "VDPA", "Netlink", "FakeNetlinkKernel", "HostSuite", "simulated-host", "fake-host-worker", "LinuxIO",
                "Virtio", "JSON", "CLinux", systemPackage,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ControlAPITests",
            dependencies: ["ControlAPI", "DeviceState", "Virtio", "JSON"],
            swiftSettings: settings),
        .testTarget(
            name: "DaemonCoreTests",
            dependencies: [
                "DaemonCore", "VDPA", "ControlAPI", "JSONRPC", "DeviceState", "LinuxIO", "Virtio", "JSON",
                "SeededGenerator", "CheckTable", systemPackage, logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CLICoreTests",
            dependencies: [
                "CLICore", "vdpactl", "vdpad", "describe-methods", "write-manual", "client-example", "VdpadClient",
                "ControlAPI",
                "JSONRPC",
                "DeviceState", "CheckTable",
                "LinuxIO", "Virtio", "JSON",
                "CLinux", systemPackage,
            ],
            swiftSettings: settings),

        .testTarget(
            name: "FuzzTests", dependencies: fuzzDependencies, path: "Tests/FuzzTests", exclude: ["Corpus", "Driver"],
            swiftSettings: settings),

        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "vdpad", "vdpactl", "VDPA", "DeviceState", "CheckTable", "LinuxIO", "Virtio", "JSON", "SeededGenerator",
                systemPackage,
            ],
            swiftSettings: settings),

        .executableTarget(
            name: "StandInVMM", path: "Tests/Kernel/StandInVMM", cSettings: [.define("_GNU_SOURCE")]),
        .executableTarget(
            name: "VDUSEServer", path: "Tests/Kernel/VDUSEServer", cSettings: [.define("_GNU_SOURCE")]),
        .executableTarget(
            name: "DescriptorWatch", path: "Tests/Kernel/DescriptorWatch", cSettings: [.define("_GNU_SOURCE")]),
        .executableTarget(
            name: "CallGate", path: "Tests/Kernel/CallGate", cSettings: [.define("_GNU_SOURCE")]),
        .executableTarget(
            name: "NodeOpener", path: "Tests/Kernel/NodeOpener", cSettings: [.define("_GNU_SOURCE")]),
        .testTarget(
            name: "KernelTests",
            dependencies: [
                "StandInVMM", "VDUSEServer", "DescriptorWatch", "CallGate", "NodeOpener", "vdpad", "vdpactl",
                "HostSuite", "SeededGenerator", "VDPA", "ControlAPI", "DeviceState", "LinuxIO", "Virtio", "JSON",
                systemPackage,
            ],
            path: "Tests/Kernel/KernelTests",
            swiftSettings: settings),
    ]
)

// `make fuzz` sets this: what the tests replay becomes a program that libFuzzer brings the main function for.
if Context.environment["VDPAD_FUZZ"] != nil {
    package.targets.removeAll { target in target.name == "FuzzTests" }
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: fuzzDependencies, path: "Tests/FuzzTests",
            exclude: ["Corpus", "ReplayTests.swift"], swiftSettings: settings))
}
