// What is said when something fails.
//
// Invariant: whatever was thrown has a text in every language; the core's own words go to the log only.

import Bibtrail

/// What to say of an error.
public func failureText(_ error: any Error) -> Wording {
    Wording(key: "error." + failureName(error), args: [])
}

private func failureName(_ error: any Error) -> String {
    guard let error = error as? CoreError else {
        return error is CancellationError ? "interrupted" : "link"
    }
    return switch error {
    case .NoReplica: "no-replica"
    case .Exists: "exists"
    case .Closed: "closed"
    case .DiskFull: "disk-full"
    case .Disk: "disk"
    case .Damaged: "damaged"
    case .NewerApp: "newer-app"
    case .BadBib: "bad-bib"
    case .BadTicket: "bad-ticket"
    case .OtherRace: "other-race"
    case .NoCheckpoint: "no-checkpoint"
    case .NotFound: "not-found"
    case .NotAllowed: "not-allowed"
    case .Invalid: "invalid"
    case .Link: "link"
    case .Refused: "refused"
    case .Interrupted: "interrupted"
    case .Host: "host"
    case .Panic: "panic"
    }
}
