/// Whether notifications wait at the handler for one connection.
///
/// It stands beside the session, since the handler announces them from within the session's own calls.
final class NotificationFlag {
    var isRaised = false
}
