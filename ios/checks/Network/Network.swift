// Stand-ins, never run: Network, as much as the app uses. See StandIn.swift.

import Dispatch
import Foundation
import StandIn

public final class NWParameters: @unchecked Sendable {
    public class var tcp: NWParameters { standIn() }
}

public struct NWInterface: Hashable, Sendable {}

public enum NWError: Error, Equatable, Sendable {
    case posix(Int32)
    case dns(Int32)
    case tls(Int32)
}

public enum NWEndpoint: Hashable, Sendable {
    public enum Host: Hashable, Sendable {
        case name(String, NWInterface?)
    }

    public struct Port: Hashable, Sendable {
        public static let any = Port()
    }

    case hostPort(host: Host, port: Port)
    case service(name: String, type: String, domain: String, interface: NWInterface?)
    case unix(path: String)
    case url(URL)
}

public final class NWBrowser: @unchecked Sendable {
    public enum Descriptor: Equatable, Hashable, Sendable {
        case bonjour(type: String, domain: String?)
        case bonjourWithTXTRecord(type: String, domain: String?)
    }

    public struct Result: Hashable, Sendable {
        public enum Change: Hashable, Sendable {
            case identical
            case added(Result)
            case removed(Result)
        }

        public let endpoint: NWEndpoint
    }

    public init(for descriptor: Descriptor, using parameters: NWParameters) { standIn() }

    @preconcurrency public var browseResultsChangedHandler:
        (@Sendable (_ newResults: Set<Result>, _ changes: Set<Result.Change>) -> Void)?
    {
        get { standIn() }
        set { standIn() }
    }

    public func start(queue: DispatchQueue) { standIn() }
    public func cancel() { standIn() }
}

public final class NWListener: @unchecked Sendable {
    public struct Service: Equatable, Sendable {
        public init(
            name: String? = nil, type: String, domain: String? = nil, txtRecord: Data? = nil
        ) { standIn() }
    }

    public init(using parameters: NWParameters, on port: NWEndpoint.Port = .any) throws { standIn() }

    public var service: Service? {
        get { standIn() }
        set { standIn() }
    }
    @preconcurrency public var newConnectionHandler: (@Sendable (_ connection: NWConnection) -> Void)? {
        get { standIn() }
        set { standIn() }
    }

    public func start(queue: DispatchQueue) { standIn() }
    public func cancel() { standIn() }
}

public final class NWConnection: @unchecked Sendable {
    public enum State: Equatable, Sendable {
        case setup
        case waiting(NWError)
        case preparing
        case ready
        case failed(NWError)
        case cancelled
    }

    public final class ContentContext: @unchecked Sendable {
        public static var defaultMessage: ContentContext { standIn() }
    }

    public enum SendCompletion: Sendable {
        case contentProcessed(@Sendable (_ error: NWError?) -> Void)
        case idempotent
    }

    public init(to endpoint: NWEndpoint, using parameters: NWParameters) { standIn() }

    public var state: State { standIn() }

    public func start(queue: DispatchQueue) { standIn() }
    public func cancel() { standIn() }

    public func send(
        content: Data?, contentContext: ContentContext = .defaultMessage, isComplete: Bool = true,
        completion: SendCompletion
    ) { standIn() }

    @preconcurrency public func receive(
        minimumIncompleteLength: Int, maximumLength: Int,
        completion: @escaping @Sendable (
            _ content: Data?, _ contentContext: ContentContext?, _ isComplete: Bool, _ error: NWError?
        ) -> Void
    ) { standIn() }
}
