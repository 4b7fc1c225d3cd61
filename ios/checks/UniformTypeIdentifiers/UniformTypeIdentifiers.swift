// Stand-ins, never run: UniformTypeIdentifiers, as much as the app uses. See StandIn.swift.

import StandIn

public struct UTType: Hashable, Sendable {
    public static var data: UTType { standIn() }
}
