extension DeviceState {
    /// Checks what the form of the document cannot say: that its members agree with each other and with the standard.
    ///
    /// The names in masks are not looked at, since they only explain. The time is linear in the size of the document.
    ///
    /// - Throws: The first contradiction.
    public func validate() throws(Contradiction) {
        try identity.validate()
        try standard.validate(deviceClass: identity.deviceClass)
        try completeness.validate(against: standard)
        try stability.validate(against: standard)
    }
}
