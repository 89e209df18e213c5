internal import ArgumentParser

/// The operation that a command is about.
struct OperationArgument: ParsableArguments {
    @Argument(help: "The operation's id.", completion: NameCompletion.operations)
    var operation: String
}
