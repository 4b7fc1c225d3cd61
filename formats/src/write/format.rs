//! The formats, by name.
//!
//! Invariant: the list is complete: what is not in it cannot be asked for.

/// What a format is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// Places and times of runners: not written while values are in conflict, unless marked as provisional.
    Results,
    /// Who passed where, as far as it is known: written at any time.
    Records,
}

/// A format that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Results with splits, for a spreadsheet.
    Csv,
    /// Standings of teams, for a spreadsheet.
    TeamsCsv,
    /// Standings of nations, for a spreadsheet.
    NationsCsv,
    /// All three as a workbook.
    Xlsx,
    /// ITRA's workbook.
    Itra,
    /// UltraSignup's results.
    UltraSignup,
    /// Webscorer's results.
    Webscorer,
    /// RunSignup's results, to upload.
    RunSignupCsv,
    /// RunSignup's results, to post.
    RunSignupJson,
    /// IOF XML 3.0.
    Iof,
    /// A result list as World Athletics shows it, to read.
    Athletics,
    /// The same, for a spreadsheet.
    AthleticsCsv,
    /// A page.
    Html,
    /// OpenSplitTime's list of finishers.
    OstFinishers,
    /// OpenSplitTime's times at every place.
    OstSpread,
    /// OpenSplitTime's raw times, to post.
    OstJson,
    /// The file of OST Remote.
    OstRemote,
    /// RACE RESULT's webhook.
    RaceResult,
    /// Bib reports by Winlink.
    Winlink,
    /// Lines to read over the radio.
    Radio,
    /// Ultra-Tracker's times of a station.
    UltraTracker,
    /// Ultra-Tracker's drops.
    UltraTrackerDrops,
    /// Ultra-Tracker's runners who did not start.
    UltraTrackerDns,
    /// Bib and time, for a folder that RaceDay Scoring watches.
    RaceDay,
    /// Bib, tab, time.
    Log,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::Csv,
        Self::TeamsCsv,
        Self::NationsCsv,
        Self::Xlsx,
        Self::Html,
        Self::Athletics,
        Self::AthleticsCsv,
        Self::Itra,
        Self::UltraSignup,
        Self::Webscorer,
        Self::RunSignupCsv,
        Self::RunSignupJson,
        Self::Iof,
        Self::OstFinishers,
        Self::OstSpread,
        Self::OstJson,
        Self::OstRemote,
        Self::RaceResult,
        Self::Winlink,
        Self::Radio,
        Self::UltraTracker,
        Self::UltraTrackerDrops,
        Self::UltraTrackerDns,
        Self::RaceDay,
        Self::Log,
    ];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::TeamsCsv => "teams-csv",
            Self::NationsCsv => "nations-csv",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
            Self::Athletics => "athletics",
            Self::AthleticsCsv => "athletics-csv",
            Self::Itra => "itra",
            Self::UltraSignup => "ultrasignup",
            Self::Webscorer => "webscorer",
            Self::RunSignupCsv => "runsignup-csv",
            Self::RunSignupJson => "runsignup-json",
            Self::Iof => "iof",
            Self::OstFinishers => "ost-finishers",
            Self::OstSpread => "ost-spread",
            Self::OstJson => "ost-json",
            Self::OstRemote => "ost-remote",
            Self::RaceResult => "raceresult",
            Self::Winlink => "winlink",
            Self::Radio => "radio",
            Self::UltraTracker => "ultra-tracker",
            Self::UltraTrackerDrops => "ultra-tracker-drops",
            Self::UltraTrackerDns => "ultra-tracker-dns",
            Self::RaceDay => "raceday",
            Self::Log => "log",
        }
    }

    /// What it is, in a line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Csv => "results with splits, for a spreadsheet (--bom for Excel)",
            Self::TeamsCsv => "standings of teams, for a spreadsheet",
            Self::NationsCsv => "standings of nations, for a spreadsheet",
            Self::Xlsx => "results with splits, teams and nations as a workbook (.xlsx)",
            Self::Html => "results as one page that needs no network, to publish or print",
            Self::Athletics => "results with splits as text, names and times as World Athletics lists them",
            Self::AthleticsCsv => "the same as CSV",
            Self::Itra => "results for ITRA, as a workbook (.xlsx)",
            Self::UltraSignup => "results for UltraSignup, as CSV",
            Self::Webscorer => "results for Webscorer, tab-separated (UTF-16, or --utf8)",
            Self::RunSignupCsv => "results for RunSignup, as CSV to upload",
            Self::RunSignupJson => "results for RunSignup, as the body to post to full-results (--event)",
            Self::Iof => "results with splits as an IOF XML 3.0 ResultList",
            Self::OstFinishers => "finishers as OpenSplitTime lists them, as CSV",
            Self::OstSpread => "times at every place as OpenSplitTime lists them, as CSV",
            Self::OstJson => "raw times for OpenSplitTime: one body to post a line, 300 records each",
            Self::OstRemote => "raw times as OST Remote exports them, as CSV",
            Self::RaceResult => "raw records as RACE RESULT posts them: one JSON body a line",
            Self::Winlink => "bib report with its count, to send by radio e-mail (--station)",
            Self::Radio => "a line per runner, to read aloud or send as text",
            Self::UltraTracker => "times of one station for Ultra-Tracker, as CSV (needs --checkpoint)",
            Self::UltraTrackerDrops => "runners who stopped, for Ultra-Tracker, as CSV",
            Self::UltraTrackerDns => "runners who did not start, for Ultra-Tracker, as CSV",
            Self::RaceDay => "bib and time at one place, for RaceDay Scoring, as CSV (needs --checkpoint)",
            Self::Log => "bib, tab, time, as handheld loggers write it",
        }
    }

    /// What it is made of.
    #[must_use]
    pub fn carries(self) -> Carries {
        match self {
            Self::Csv
            | Self::TeamsCsv
            | Self::NationsCsv
            | Self::Xlsx
            | Self::Html
            | Self::Athletics
            | Self::AthleticsCsv
            | Self::Itra
            | Self::UltraSignup
            | Self::Webscorer
            | Self::RunSignupCsv
            | Self::RunSignupJson
            | Self::Iof
            | Self::OstFinishers
            | Self::OstSpread => Carries::Results,
            _ => Carries::Records,
        }
    }

    /// Whether one file is about one course: places of several would run into each other.
    #[must_use]
    pub fn is_of_one_course(self) -> bool {
        self.carries() == Carries::Results
            && !matches!(
                self,
                Self::Csv
                    | Self::TeamsCsv
                    | Self::NationsCsv
                    | Self::Xlsx
                    | Self::Html
                    | Self::Athletics
                    | Self::AthleticsCsv
                    | Self::Iof
            )
    }

    /// Whether one file is about one checkpoint.
    #[must_use]
    pub fn is_of_one_checkpoint(self) -> bool {
        matches!(self, Self::UltraTracker | Self::RaceDay)
    }

    /// The format of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(text))
    }
}
