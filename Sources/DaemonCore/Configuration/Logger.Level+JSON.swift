// A conformance is as public as its type and its protocol, so the imports are too.
public import JSON
public import Logging

extension Logger.Level: JSONStringEnum {}
