// The screens, in the order in which both apps have them.

/// A screen.
public enum ScreenName: String, CaseIterable, Identifiable, Sendable {
    case join = "Join"
    case record = "Record"
    case checkpoint = "Checkpoint"
    case corrections = "Corrections"
    case devices = "Devices"
    case closeOut = "CloseOut"
    case settings = "Settings"

    public var id: String { rawValue }

    /// The key of its title.
    public var title: String {
        switch self {
        case .join: "screen_join"
        case .record: "screen_record"
        case .checkpoint: "screen_checkpoint"
        case .corrections: "screen_corrections"
        case .devices: "screen_devices"
        case .closeOut: "screen_close_out"
        case .settings: "screen_settings"
        }
    }
}
