// The camera: codes out, no pictures kept.
//
// Invariant: the camera runs only while it is seen.

@preconcurrency import AVFoundation
import BibtrailScreens
import SwiftUI

/// A camera that reads codes, with a light.
struct CameraSheet: View {
    /// The text of the code in each frame, nothing when none is seen.
    var text: ((String?) -> Void)?
    /// The bytes of the code in each frame.
    var bytes: ((Data) -> Void)?
    @Environment(\.dismiss) private var dismiss
    @State private var isLit = false
    /// Nothing until the volunteer was asked.
    @State private var isAllowed: Bool?

    init(text: @escaping (String?) -> Void) {
        self.text = text
    }

    init(bytes: @escaping (Data) -> Void) {
        self.bytes = bytes
    }

    var body: some View {
        picture
            .frame(maxWidth: .infinity, maxHeight: .infinity)
            .overlay(alignment: .bottom) {
                HStack {
                    Toggle(words.text("record_torch"), systemImage: "flashlight.on.fill", isOn: $isLit)
                        .toggleStyle(.button)
                    Button(words.text("record_scan_stop"), systemImage: "xmark") { dismiss() }
                }
                .buttonStyle(.borderedProminent)
                .frame(minHeight: Size.target)
                .padding()
            }
            .task { isAllowed = await AVCaptureDevice.requestAccess(for: .video) }
    }

    @ViewBuilder private var picture: some View {
        switch isAllowed {
        case .some(true): Camera(isLit: isLit, text: text, bytes: bytes)
        case .some(false): Text(words.text("record_camera_denied")).font(.title2).padding()
        case .none: ProgressView()
        }
    }
}

private struct Camera: UIViewControllerRepresentable {
    let isLit: Bool
    let text: ((String?) -> Void)?
    let bytes: ((Data) -> Void)?

    func makeUIViewController(context: Context) -> CameraController {
        CameraController(text: text, bytes: bytes)
    }

    func updateUIViewController(_ camera: CameraController, context: Context) {
        camera.light(isLit)
    }
}

private final class CameraController: UIViewController, AVCaptureMetadataOutputObjectsDelegate {
    private let text: ((String?) -> Void)?
    private let bytes: ((Data) -> Void)?
    private let session = AVCaptureSession()
    private let queue = DispatchQueue(label: "bibtrail.camera")
    private var preview: AVCaptureVideoPreviewLayer?

    init(text: ((String?) -> Void)?, bytes: ((Data) -> Void)?) {
        self.text = text
        self.bytes = bytes
        super.init(nibName: nil, bundle: nil)
    }

    @available(*, unavailable) required init?(coder: NSCoder) {
        nil
    }

    override func viewDidLoad() {
        super.viewDidLoad()
        guard let device = AVCaptureDevice.default(for: .video),
            let input = try? AVCaptureDeviceInput(device: device), session.canAddInput(input)
        else { return }
        let output = AVCaptureMetadataOutput()
        session.addInput(input)
        session.addOutput(output)
        output.setMetadataObjectsDelegate(self, queue: .main)
        output.metadataObjectTypes = [.qr, .code128, .code39, .dataMatrix].filter {
            output.availableMetadataObjectTypes.contains($0)
        }
        let preview = AVCaptureVideoPreviewLayer(session: session)
        preview.videoGravity = .resizeAspectFill
        view.layer.addSublayer(preview)
        self.preview = preview
    }

    override func viewDidLayoutSubviews() {
        super.viewDidLayoutSubviews()
        preview?.frame = view.bounds
    }

    override func viewWillAppear(_ animated: Bool) {
        super.viewWillAppear(animated)
        // It blocks for as long as the camera takes to start.
        queue.async { [session] in session.startRunning() }
    }

    override func viewDidDisappear(_ animated: Bool) {
        super.viewDidDisappear(animated)
        queue.async { [session] in session.stopRunning() }
    }

    func light(_ isOn: Bool) {
        guard let device = AVCaptureDevice.default(for: .video), device.hasTorch,
            (try? device.lockForConfiguration()) != nil
        else { return }
        device.torchMode = isOn ? .on : .off
        device.unlockForConfiguration()
    }

    nonisolated func metadataOutput(
        _ output: AVCaptureMetadataOutput, didOutput objects: [AVMetadataObject],
        from connection: AVCaptureConnection
    ) {
        let code = objects.compactMap { $0 as? AVMetadataMachineReadableCodeObject }.first
        let read = code?.stringValue
        let qr = code?.descriptor as? CIQRCodeDescriptor
        let raw = qr.flatMap { codeBytes($0.errorCorrectedPayload, version: $0.symbolVersion) }
        // The output was told to call on the main queue.
        MainActor.assumeIsolated {
            text?(read)
            if let raw { bytes?(raw) }
        }
    }
}
