// Stand-ins, never run: Security's Keychain items, as much as the app uses. Names are Apple's.
// See StandIn.swift.

@_exported import FoundationOnApple
import StandIn

public var errSecSuccess: OSStatus { standIn() }
public var errSecItemNotFound: OSStatus { standIn() }

public var kSecClass: CFString { standIn() }
public var kSecClassGenericPassword: CFString { standIn() }
public var kSecAttrService: CFString { standIn() }
public var kSecAttrAccount: CFString { standIn() }
public var kSecAttrSynchronizable: CFString { standIn() }
public var kSecAttrAccessible: CFString { standIn() }
public var kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly: CFString { standIn() }
public var kSecReturnData: CFString { standIn() }
public var kSecMatchLimit: CFString { standIn() }
public var kSecMatchLimitOne: CFString { standIn() }
public var kSecValueData: CFString { standIn() }

// swift-format-ignore: AlwaysUseLowerCamelCase
public func SecItemCopyMatching(
    _ query: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?
) -> OSStatus { standIn() }

// swift-format-ignore: AlwaysUseLowerCamelCase
public func SecItemAdd(
    _ attributes: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?
) -> OSStatus { standIn() }

// swift-format-ignore: AlwaysUseLowerCamelCase
public func SecItemUpdate(_ query: CFDictionary, _ attributesToUpdate: CFDictionary) -> OSStatus { standIn() }

// swift-format-ignore: AlwaysUseLowerCamelCase
public func SecCopyErrorMessageString(_ status: OSStatus, _ reserved: UnsafeMutableRawPointer?) -> CFString? {
    standIn()
}
