// The bytes of a QR code, where the camera's own text of them would spoil what is no text.
//
// Invariant: only what ISO/IEC 18004 calls byte mode is read; anything else, and anything short, gives nothing.

import Foundation

/// The bytes in a QR code's payload after error correction: one segment in byte mode. `version` is 1 to 40.
public func codeBytes(_ payload: Data, version: Int) -> Data? {
    var bits = Bits(Array(payload))
    guard (1...40).contains(version), bits.take(4) == 0b0100 else { return nil }
    // ISO/IEC 18004, table 3: the length has 8 bits up to version 9, then 16.
    guard let count = bits.take(version < 10 ? 8 : 16) else { return nil }
    var bytes = Data()
    for _ in 0..<count {
        guard let byte = bits.take(8) else { return nil }
        bytes.append(UInt8(byte))
    }
    return bytes
}

/// Bits, the highest of each byte first.
private struct Bits {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func take(_ count: Int) -> Int? {
        guard at + count <= bytes.count * 8 else { return nil }
        var value = 0
        for bit in at..<at + count {
            let byte = Int(bytes[bit / 8])
            value = value << 1 | (byte >> (7 - bit % 8)) & 1
        }
        at += count
        return value
    }
}
