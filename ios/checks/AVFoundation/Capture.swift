// Stand-ins, never run: AVFoundation's camera, as much as the app uses. As in Apple's SDK, none of it is said to be
// Sendable. See StandIn.swift.

import CoreImage
import Dispatch
@_exported import Foundation
import QuartzCore
import StandIn

public struct AVMediaType: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { standIn() }

    public static var video: AVMediaType { standIn() }
}

public struct AVLayerVideoGravity: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { standIn() }

    public static var resizeAspect: AVLayerVideoGravity { standIn() }
    public static var resizeAspectFill: AVLayerVideoGravity { standIn() }
}

open class AVCaptureDevice: NSObject {
    public enum TorchMode: Int, Sendable {
        case off, on, auto
    }

    open class func `default`(for mediaType: AVMediaType) -> AVCaptureDevice? { standIn() }
    open class func requestAccess(for mediaType: AVMediaType) async -> Bool { standIn() }

    open var hasTorch: Bool { standIn() }
    open var torchMode: TorchMode {
        get { standIn() }
        set { standIn() }
    }

    open func lockForConfiguration() throws { standIn() }
    open func unlockForConfiguration() { standIn() }
}

open class AVCaptureInput: NSObject {}

open class AVCaptureDeviceInput: AVCaptureInput {
    public init(device: AVCaptureDevice) throws { standIn() }
}

open class AVCaptureOutput: NSObject {}

open class AVCaptureConnection: NSObject {}

open class AVCaptureSession: NSObject {
    open func canAddInput(_ input: AVCaptureInput) -> Bool { standIn() }
    open func addInput(_ input: AVCaptureInput) { standIn() }
    open func canAddOutput(_ output: AVCaptureOutput) -> Bool { standIn() }
    open func addOutput(_ output: AVCaptureOutput) { standIn() }
    open func startRunning() { standIn() }
    open func stopRunning() { standIn() }
}

open class AVCaptureVideoPreviewLayer: CALayer {
    public init(session: AVCaptureSession) { standIn() }

    open var videoGravity: AVLayerVideoGravity {
        get { standIn() }
        set { standIn() }
    }
}

open class AVCaptureMetadataOutput: AVCaptureOutput {
    open var availableMetadataObjectTypes: [AVMetadataObject.ObjectType] { standIn() }
    open var metadataObjectTypes: [AVMetadataObject.ObjectType]! {
        get { standIn() }
        set { standIn() }
    }

    open func setMetadataObjectsDelegate(
        _ objectsDelegate: (any AVCaptureMetadataOutputObjectsDelegate)?,
        queue objectsCallbackQueue: DispatchQueue?
    ) { standIn() }
}

// Apple's need not be there: one with another name would never be called. Here it must.
public protocol AVCaptureMetadataOutputObjectsDelegate: NSObjectProtocol {
    func metadataOutput(
        _ output: AVCaptureMetadataOutput, didOutput metadataObjects: [AVMetadataObject],
        from connection: AVCaptureConnection)
}

open class AVMetadataObject: NSObject {
    public struct ObjectType: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) { standIn() }

        public static var qr: ObjectType { standIn() }
        public static var code39: ObjectType { standIn() }
        public static var code128: ObjectType { standIn() }
        public static var dataMatrix: ObjectType { standIn() }
    }
}

open class AVMetadataMachineReadableCodeObject: AVMetadataObject {
    open var stringValue: String? { standIn() }
    open var descriptor: CIBarcodeDescriptor? { standIn() }
}
