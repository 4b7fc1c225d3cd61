//! Nations as sports know them: from what an entry says to the three letters of the International Olympic Committee.
//!
//! Invariant: nothing is guessed. A text that is no code and no name of the table has no code.
//!
//! A text of three letters is read as an IOC code first: that is what entries say. Only `BRN` means two nations, Bahrain
//! to the IOC and Brunei to ISO; it is read as Bahrain.

mod table;

use table::{NATIONS, Nation};

/// Codes of those who start for no nation: neutral and refugee athletes.
const NEUTRALS: [&str; 6] = ["AIN", "ANA", "ART", "EOR", "IOA", "ROT"];

/// The IOC's code of the nation that `text` names: an IOC code, ISO alpha-3, ISO alpha-2, or a name. Nothing if there is
/// none.
#[must_use]
pub fn ioc(text: &str) -> Option<&'static str> {
    let code = text.trim().to_uppercase();
    let found = |is_it: &dyn Fn(&Nation) -> bool| NATIONS.iter().find(|nation| is_it(nation));
    if code.is_empty() {
        return None;
    }
    if let Some(neutral) = NEUTRALS.into_iter().find(|neutral| *neutral == code) {
        return Some(neutral);
    }
    let name = plain(text);
    found(&|nation| nation.2 == code)
        .or_else(|| found(&|nation| nation.1 == code))
        .or_else(|| found(&|nation| nation.0 == code))
        .or_else(|| found(&|nation| nation.3.iter().any(|known| plain(known) == name)))
        .map(|nation| nation.2)
        .filter(|ioc| !ioc.is_empty())
}

/// The English name of the nation of an IOC code, as sport calls it.
#[must_use]
pub fn name(ioc: &str) -> Option<&'static str> {
    NATIONS.iter().find(|nation| nation.2 == ioc).and_then(|nation| nation.3.first().copied())
}

/// A name without what people write one way or the other.
fn plain(name: &str) -> String {
    let words = name.to_lowercase().replace('&', " and ").replace("saint ", "st. ").replace('’', "'");
    words.split_whitespace().filter(|word| *word != "the").collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{NATIONS, Nation, ioc, name};

    #[test]
    fn codes_where_the_committees_differ() {
        for (texts, expected) in [
            ("DE DEU GER germany Deutschland", "GER"),
            ("NL NLD NED Netherlands Holland", "NED"),
            ("KP PRK DPRK 조선", "PRK"),
            ("KR KOR 대한민국", "KOR"),
            ("IR IRN IRI Iran", "IRI"),
            ("CH CHE SUI Schweiz", "SUI"),
            ("GB GBR UK England", "GBR"),
            ("ZA ZAF RSA", "RSA"),
            ("PT PRT POR", "POR"),
            ("DK DNK DEN", "DEN"),
            ("GR GRC GRE", "GRE"),
            ("HR HRV CRO", "CRO"),
            ("MN MNG MGL", "MGL"),
            ("MY MYS MAS", "MAS"),
            ("NG NGA NGR", "NGR"),
            ("NE NER NIG", "NIG"),
            ("TW TWN TPE", "TPE"),
            ("CL CHL CHI", "CHI"),
            ("SI SVN SLO", "SLO"),
            ("SK SVK", "SVK"),
            ("SG SGP SIN", "SGP"),
            ("XK KOS Kosovo", "KOS"),
            ("BN BRU", "BRU"),
            ("BH BRN", "BRN"),
            ("AIN", "AIN"),
        ] {
            texts.split(' ').for_each(|text| assert_eq!(ioc(text), Some(expected), "{text}"));
        }
        for (text, expected) in [
            ("the  netherlands", "NED"),
            ("Trinidad and Tobago", "TTO"),
            ("Saint Kitts and Nevis", "SKN"),
            ("Côte d’Ivoire", "CIV"),
            (" Korea DPR ", "PRK"),
        ] {
            assert_eq!(ioc(text), Some(expected), "{text}");
        }
        // Two nations, no nation, no committee.
        ["", "Korea", "XX", "Atlantis", "GL", "GRL", "Faroe Islands", "JE"]
            .iter()
            .for_each(|text| assert_eq!(ioc(text), None, "{text}"));
        assert_eq!([name("GER"), name("PRK"), name("QQQ")], [Some("Germany"), Some("DPR Korea"), None]);
    }

    #[test]
    fn the_table_holds_every_committee_once() {
        let codes = |part: fn(&Nation) -> &'static str| {
            NATIONS.iter().map(part).filter(|code| !code.is_empty()).collect::<Vec<_>>()
        };
        for (codes, letters, count) in
            [(codes(|n| n.0), 2, 250), (codes(|n| n.1), 3, 250), (codes(|n| n.2), 3, 206)]
        {
            assert_eq!(codes.len(), count);
            assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), count);
            assert!(
                codes
                    .iter()
                    .all(|code| code.len() == letters && code.bytes().all(|b| b.is_ascii_uppercase()))
            );
        }
        assert!(NATIONS.is_sorted_by_key(|nation| nation.0));
    }
}
