// Texts from the app's string catalogue.
//
// Invariant: digits are those that are printed on bibs, in every language; plurals are the language's own.

import BibtrailScreens
import Foundation
import Observation

/// The texts of the app, in the language of the phone.
@MainActor let words = CatalogueTexts()

/// Texts from `Localizable.xcstrings`.
@MainActor @Observable final class CatalogueTexts: Texts {
    /// Set as soon as the race's settings are here.
    var zone: RaceZone?

    func text(_ key: String, _ arguments: [TextArgument]) -> String {
        let format = Bundle.main.localizedString(forKey: key, value: nil, table: nil)
        guard !arguments.isEmpty else { return format }
        let values: [any CVarArg] = arguments.map { argument in
            switch argument {
            case .word(let word): word as NSString
            case .number(let number): number
            }
        }
        return String(format: format, locale: latinDigits, arguments: values)
    }

    private var latinDigits: Locale {
        var parts = Locale.Components(locale: .current)
        parts.numberingSystem = Locale.NumberingSystem("latn")
        return Locale(components: parts)
    }
}
