// Stand-ins, never run: QuartzCore, as much as the app uses. See StandIn.swift.

import Foundation
import StandIn

open class CALayer: NSObject {
    open var frame: CGRect {
        get { standIn() }
        set { standIn() }
    }

    open func addSublayer(_ layer: CALayer) { standIn() }
}
