internal import ArgumentParser

extension Vdpactl {
    /// The commands with their options, as the parser describes them in JSON: what the manual is written from.
    public static var commandTree: String { VdpactlCommand._dumpHelp() }
}
