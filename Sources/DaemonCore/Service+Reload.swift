import ControlAPI
import JSONRPC
import LinuxIO
import Logging

/// Reading the configuration again.
extension Service {
    /// Puts into force what the file says now, as far as that can change while the daemon serves. On any error everything stays
    /// as it was.
    func reload(_ daemon: Daemon, _ server: RPCServer, on loop: EventLoop) async {
        notify(.reloading)
        guard let result = await reader.read(options.configurationFile, on: loop) else { return }
        do throws(ConfigurationError) {
            let report = ConfigurationReport(options: options, configuration: try result.get())
            try await reopenAudit(report.settings.auditFile, daemon)
            logLevel.current = report.settings.logLevel
            let pending = await daemon.use(report)
            await server.use(report.settings.limits)
            log.notice("the configuration was read again")
            if !pending.isEmpty {
                log.warning(
                    "parts of the configuration take a restart",
                    metadata: ["members": "\(pending.joined(separator: ", "))"])
            }
        } catch {
            await daemon.noteConfigurationProblem("\(error)")
            log.error("the configuration cannot be used, and stays as it was", metadata: ["error": "\(error)"])
        }
        notify(.ready)
    }

    /// Also for whoever has moved the file away.
    private func reopenAudit(_ file: String?, _ daemon: Daemon) async throws(ConfigurationError) {
        do throws(AuditFile.Failure) {
            try await daemon.audit.reopen(file)
        } catch {
            throw ConfigurationError(
                file: options.configurationFile?.path ?? "", position: nil, message: "auditFile: \(error)")
        }
    }
}

extension Daemon {
    /// Puts settings in force that were read while the daemon serves.
    ///
    /// - Returns: the names of members that take a restart.
    func use(_ report: ConfigurationReport) -> [String] {
        environment.tunables.current = Tunables.Values(report.settings)
        limits = report.settings.limits
        info = WrittenResult(systemInfo())
        use(AccessPolicy(ownUID: policy.ownUID, grants: report.settings.grants))
        configuration.members = report.members(after: configuration.members)
        configuration.problem = nil
        return configuration.members.filter { $0.pending != nil }.map(\.name)
    }

    /// Notes why what is in force is older than the file.
    func noteConfigurationProblem(_ problem: String) {
        configuration.problem = problem
    }
}
