// Stand-ins, never run: UIKit's views and what belongs to typing, as much as the app uses. Names are Apple's.
// See StandIn.swift.

import Foundation
import StandIn

@MainActor open class UIView: UIResponder {
    open var layer: CALayer { standIn() }
    open var bounds: CGRect {
        get { standIn() }
        set { standIn() }
    }
}

@MainActor open class UIViewController: UIResponder {
    open var view: UIView! {
        get { standIn() }
        set { standIn() }
    }

    public init(nibName nibNameOrNil: String?, bundle nibBundleOrNil: Bundle?) { standIn() }
    public required init?(coder: NSCoder) { standIn() }

    open func viewDidLoad() { standIn() }
    open func viewDidLayoutSubviews() { standIn() }
    open func viewWillAppear(_ animated: Bool) { standIn() }
    open func viewDidAppear(_ animated: Bool) { standIn() }
    open func viewWillDisappear(_ animated: Bool) { standIn() }
    open func viewDidDisappear(_ animated: Bool) { standIn() }
}

open class UIImage: NSObject, @unchecked Sendable {
    public init?(data: Data) { standIn() }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
public enum UIKeyboardType: Int, Sendable {
    case `default`, asciiCapable, numbersAndPunctuation, URL, numberPad, phonePad, namePhonePad, emailAddress
    case decimalPad, twitter, webSearch, asciiCapableNumberPad
}

public struct UITextContentType: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { standIn() }

    public static var name: UITextContentType { standIn() }
}
