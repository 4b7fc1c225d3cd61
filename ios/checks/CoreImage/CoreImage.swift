// Stand-ins, never run: CoreImage, as much as the app uses. See StandIn.swift.

import Foundation
import StandIn

open class CIBarcodeDescriptor: NSObject {}

open class CIQRCodeDescriptor: CIBarcodeDescriptor {
    open var errorCorrectedPayload: Data { standIn() }
    open var symbolVersion: Int { standIn() }
}
