/// Why a worker is of no use any more, and what that means for the job that it had.
struct WorkerLoss: Error {
    /// What the job fails with, unless it is given to another worker.
    let error: HostError
    /// False when it is certain that the job was not begun.
    let mayHaveBegun: Bool
}
