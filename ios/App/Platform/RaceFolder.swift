// Where the replica lives: a folder that no backup takes, readable after the first unlock.
//
// Invariant: a scan can be written while the phone is locked in a pocket, and no second phone ever gets this folder.

import Foundation

enum RaceFolder {
    /// The folder, made if it is not there.
    static func path() -> String {
        let folder = URL.applicationSupportDirectory.appending(path: "race", directoryHint: .isDirectory)
        let protection: [FileAttributeKey: Any] = [
            .protectionKey: FileProtectionType.completeUntilFirstUserAuthentication
        ]
        // Where this fails, opening the race says so.
        try? FileManager.default.createDirectory(
            at: folder.deletingLastPathComponent(), withIntermediateDirectories: true, attributes: protection)
        try? FileManager.default.setAttributes(
            protection, ofItemAtPath: folder.deletingLastPathComponent().path)
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        var parent = folder.deletingLastPathComponent()
        try? parent.setResourceValues(values)
        return folder.path
    }
}

/// All that is here as a file, to be sent any way there is.
struct BundleFile: Identifiable {
    let url: URL
    var id: URL { url }

    init?(_ bytes: Data) {
        url = URL.temporaryDirectory.appending(path: "race.bibtrail")
        guard
            (try? bytes.write(
                to: url, options: [.atomic, .completeFileProtectionUntilFirstUserAuthentication])) != nil
        else { return nil }
    }

    /// What is in a file that was chosen, or that another app sent.
    static func read(_ url: URL) -> Data? {
        let isGranted = url.startAccessingSecurityScopedResource()
        defer { if isGranted { url.stopAccessingSecurityScopedResource() } }
        return try? Data(contentsOf: url)
    }
}
