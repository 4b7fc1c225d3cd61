// Stand-ins, never run: what Foundation has on Apple's systems and not on Linux. See StandIn.swift.

import Foundation
import StandIn

// On Apple's systems these are types of their own, and `as` leads to them. Here they are the classes to which `as` leads
// on Linux, so an `as` that is missing between the two of a pair is not found.
public typealias CFTypeRef = AnyObject
public typealias CFString = NSString
public typealias CFDictionary = NSDictionary
public typealias OSStatus = Int32

extension URL {
    public static var applicationSupportDirectory: URL { standIn() }

    public func startAccessingSecurityScopedResource() -> Bool { standIn() }
    public func stopAccessingSecurityScopedResource() { standIn() }
}

extension URLResourceKey {
    public static var volumeAvailableCapacityForImportantUsageKey: URLResourceKey { standIn() }
}

extension URLResourceValues {
    public var volumeAvailableCapacityForImportantUsage: Int64? { standIn() }
}
