/// A command that is one call of its method.
protocol MethodCommand: ContractCommand {
    var params: Method.Params { get }
}

extension MethodCommand {
    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        try Self.perform(params, global, &connection, &outcome)
    }
}
