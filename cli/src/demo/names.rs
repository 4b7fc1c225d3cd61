//! Parts of invented names, by language.
//!
//! Invariant: no name here is taken from a list of real entrants; given and family names are common ones, drawn apart.

/// Given and family names of one language, and how they stand together.
pub(super) struct Names {
    pub(super) nations: &'static [&'static str],
    pub(super) women: &'static [&'static str],
    pub(super) men: &'static [&'static str],
    pub(super) families: &'static [&'static str],
    pub(super) family_first: bool,
}

/// Korean.
pub(super) const LOCAL: Names = Names {
    nations: &["PRK"],
    women: &["은주", "혜경", "설화", "옥별", "진아", "미향", "순영", "금희", "봄이", "경심"],
    men: &["철수", "명호", "성진", "광일", "영남", "혁철", "동수", "기범", "원식", "남훈"],
    families: &["김", "리", "박", "최", "정", "강", "조", "윤", "장", "림", "한", "오", "서", "신", "권"],
    family_first: true,
};

/// The languages of the foreign entrants.
pub(super) const FOREIGN: &[Names] = &[
    Names {
        nations: &["GBR", "AUS", "CAN", "IRL", "NZL", "USA"],
        women: &["Alice", "Beth", "Clara", "Dora", "Edith", "Fern", "Gwen"],
        men: &["Adam", "Ben", "Colin", "Derek", "Eliot", "Frank", "Gavin"],
        families: &["Ashdown", "Barrow", "Cottle", "Dunmore", "Ellery", "Fenwick", "Garside", "Holloway"],
        family_first: false,
    },
    Names {
        nations: &["GER", "AUT", "SUI"],
        women: &["Anneliese", "Birgit", "Käthe", "Jördis"],
        men: &["Jörg", "Günther", "Uwe", "Björn"],
        families: &["Großmann", "Müllner", "Köhlbrand", "Weißflog", "Straßer"],
        family_first: false,
    },
    Names {
        nations: &["FRA", "BEL"],
        women: &["Éloïse", "Maëlle", "Noémie", "Agnès"],
        men: &["François", "Jérôme", "Loïc", "Hervé"],
        families: &["Dubrûle", "Lefèvre-Petit", "Chênevert", "Garçonnet"],
        family_first: false,
    },
    Names {
        nations: &["POL", "CZE", "SWE", "NOR"],
        women: &["Łucja", "Zdeňka", "Åsa", "Ingrid"],
        men: &["Wójtek", "Ondřej", "Håkan", "Øystein"],
        families: &["Wiśnik", "Dvořan", "Sjöqvist", "Ødegård"],
        family_first: false,
    },
    Names {
        nations: &["RUS", "BLR"],
        women: &["Анна", "Вера", "Ольга", "Мария"],
        men: &["Борис", "Глеб", "Пётр", "Лев"],
        families: &["Берёзкин", "Полевой", "Зимин", "Речной"],
        family_first: false,
    },
    Names {
        nations: &["ESP", "MEX", "ARG", "BRA"],
        women: &["Begoña", "Inés", "Lucía", "Conceição"],
        men: &["Íñigo", "Andrés", "Joaquín", "João"],
        families: &["Peñalba", "Núñez-Roca", "Ibáñez", "Magalhães"],
        family_first: false,
    },
    Names {
        nations: &["MAS", "SGP", "THA"],
        women: &["Aisyah", "Siew Ling", "Mali"],
        men: &["Hakim", "Wei Jie", "Somchai"],
        families: &["Rahim", "Tan", "Srisai"],
        family_first: false,
    },
];

/// Elite entrants: nation, gender, name.
pub(super) const ELITE: &[(&str, &str, &str)] = &[
    ("CHN", "M", "李长风"),
    ("CHN", "M", "王远山"),
    ("CHN", "F", "赵晓溪"),
    ("CHN", "F", "陈明月"),
    ("ROU", "M", "Ionuț Dealvescu"),
    ("ROU", "F", "Ștefania Pădureanu"),
    ("MAR", "M", "يوسف الجبلي"),
    ("MAR", "M", "إدريس السهلي"),
    ("MAR", "F", "سلمى الوادي"),
    ("ETH", "M", "ተስፋዬ ገብረ"),
    ("ETH", "M", "ሀይሌ ደጀን"),
    ("ETH", "F", "አልማዝ ታደሰ"),
];

/// Tour groups.
pub(super) const GROUPS: &[&str] = &[
    "Blue Heron Group",
    "Stone Lantern Group",
    "Paper Kite Group",
    "Long Road Group",
    "Morning Tram Group",
    "Chestnut Group",
    "Ferry Bell Group",
    "Quiet River Group",
];

/// Clubs of the local entrants.
pub(super) const CLUBS: &[&str] = &[
    "붉은노을체육단",
    "새길체육단",
    "은하수대학",
    "푸른소나무대학",
    "강변공장",
    "철길로동자팀",
    "봄언덕중학교",
];
