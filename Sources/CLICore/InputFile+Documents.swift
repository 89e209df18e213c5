internal import DeviceState
internal import JSON

extension InputFile {
    /// The description of a host in the file, verified.
    func host() throws(CommandFailure) -> HostDescription {
        let document = try document()
        do throws(HostDescriptionError) {
            return try HostDescription.verify(document)
        } catch {
            throw .invalidDocument("\(path): \(error)")
        }
    }

    /// The document in the file, as it is.
    func document() throws(CommandFailure) -> JSONValue {
        let text = try read(limit: DeviceState.maximumLength)
        do throws(JSONSyntaxError) {
            return try JSONParser.parse(text.span)
        } catch {
            throw .invalidDocument("\(path): \(error)")
        }
    }
}
