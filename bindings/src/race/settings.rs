//! How the app behaves on this phone: kept beside the replica, and never told to others.
//!
//! Invariant: a file of settings that is damaged costs nothing but the settings.

use super::Race;
use crate::{CoreError, host::Change};

/// Black for the night, white for the sun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, uniffi::Enum)]
pub enum Theme {
    /// As the phone's own.
    #[default]
    System,
    /// White.
    Light,
    /// Black.
    Dark,
}

/// How the app behaves on this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Settings {
    /// The size of texts in hundredths of the phone's own: 100 to 200.
    pub text_percent: u32,
    /// Black or white.
    pub theme: Theme,
    /// Whether the screen must be held to unlock, against wet glass.
    pub is_locked_against_wet: bool,
    /// Whether the screen stays on.
    pub keeps_awake: bool,
    /// Whether entries sound.
    pub has_sound: bool,
    /// Whether entries are felt.
    pub has_haptic: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            text_percent: 100,
            theme: Theme::System,
            is_locked_against_wet: false,
            keeps_awake: true,
            has_sound: true,
            has_haptic: true,
        }
    }
}

#[uniffi::export]
impl Race {
    /// How the app behaves on this phone.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn settings(&self) -> Result<Settings, CoreError> {
        Ok(self.inner.home.read_settings().map_or_else(Settings::default, |text| Settings::read(&text)))
    }

    /// Changes how the app behaves on this phone.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn change_settings(&self, settings: Settings) -> Result<(), CoreError> {
        self.inner.home.write_settings(&settings.text())?;
        self.inner.tell(&Change::Settings);
        Ok(())
    }
}

impl Settings {
    /// One line for each, `key value`.
    fn text(&self) -> String {
        let theme = match self.theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        format!(
            "text_percent {}\ntheme {theme}\nlocked_against_wet {}\nkeeps_awake {}\nsound {}\nhaptic {}\n",
            self.text_percent.clamp(100, 200),
            self.is_locked_against_wet,
            self.keeps_awake,
            self.has_sound,
            self.has_haptic
        )
    }

    /// Reads what [`Settings::text`] wrote. What does not read stays as it is at first.
    fn read(text: &str) -> Self {
        let mut settings = Self::default();
        for (key, value) in text.lines().filter_map(|line| line.split_once(' ')) {
            let is_on = value == "true";
            match key {
                "text_percent" => {
                    settings.text_percent = value.parse().unwrap_or(100).clamp(100, 200);
                }
                "theme" => {
                    settings.theme = match value {
                        "light" => Theme::Light,
                        "dark" => Theme::Dark,
                        _ => Theme::System,
                    };
                }
                "locked_against_wet" => settings.is_locked_against_wet = is_on,
                "keeps_awake" => settings.keeps_awake = is_on,
                "sound" => settings.has_sound = is_on,
                "haptic" => settings.has_haptic = is_on,
                _ => {}
            }
        }
        settings
    }
}
