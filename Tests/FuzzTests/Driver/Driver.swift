import Glibc

/// The program `fuzz`, which only `make fuzz` builds: libFuzzer with the target that FUZZ_TARGET names.
@main
struct Driver {
    static let target = {
        let name = unsafe getenv("FUZZ_TARGET").map { value in unsafe String(cString: value) } ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
            fatalError("FUZZ_TARGET is \"\(name)\" and not one of \(names)")
        }
        return target
    }()

    static func main() {
        // The threads of executors leave after five idle seconds; what they have until then is no leak.
        atexit { sleep(6) }
        // SwiftPM links its own main function, so libFuzzer's is not used.
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        exit(unsafe runFuzzer(&count, &arguments, tryInput))
    }
}

/// Called by libFuzzer with one input after another.
private nonisolated func tryInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(FuzzFinding) {
        try Driver.target.run(unsafe Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}

/// libFuzzer's loop, which changes the arguments and never returns a finding: it ends the process.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ tryInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
