// Secrets in the Keychain: on this device only, in no backup, readable after the first unlock.
//
// Invariant: a key never leaves the phone. A restored phone has none, and begins a new log.

import BibtrailScreens
import Foundation
import Security

/// The Keychain as the core's key store.
final class Keychain: KeyStore {
    private let service = "bibtrail"

    func load(name: String) throws -> Data? {
        var found: CFTypeRef?
        let query = item(name).merging([kSecReturnData: true, kSecMatchLimit: kSecMatchLimitOne]) { $1 }
        switch SecItemCopyMatching(query as CFDictionary, &found) {
        case errSecSuccess: return found as? Data
        case errSecItemNotFound: return nil
        case let status: throw failure("read", status)
        }
    }

    func save(name: String, secret: Data) throws {
        let values: [CFString: Any] = [
            kSecValueData: secret,
            kSecAttrAccessible: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
        ]
        var status = SecItemUpdate(item(name) as CFDictionary, values as CFDictionary)
        if status == errSecItemNotFound {
            status = SecItemAdd(item(name).merging(values) { $1 } as CFDictionary, nil)
        }
        if status != errSecSuccess { throw failure("write", status) }
    }

    private func item(_ name: String) -> [CFString: Any] {
        [
            kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: name,
            kSecAttrSynchronizable: false,
        ]
    }

    private func failure(_ what: String, _ status: OSStatus) -> CoreError {
        let why = SecCopyErrorMessageString(status, nil) as String? ?? "status \(status)"
        return CoreError.Host(detail: "cannot \(what) the Keychain: \(why)")
    }
}
