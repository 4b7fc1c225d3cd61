//! The settings of a phone.

use std::fs;

use bibtrail_bindings::race::{Settings, Theme};

use crate::failures::joined;

#[test]
fn settings_are_kept_and_damaged_ones_cost_nothing_else() {
    let (folder, phone, ..) = joined(1);
    assert_eq!(phone.settings().unwrap(), Settings::default());
    let changed = Settings {
        text_percent: 200,
        theme: Theme::Dark,
        is_locked_against_wet: true,
        keeps_awake: false,
        has_sound: false,
        has_haptic: false,
    };
    phone.change_settings(changed.clone()).unwrap();
    assert_eq!(phone.settings().unwrap(), changed);
    phone.change_settings(Settings { text_percent: 900, ..changed.clone() }).unwrap();
    assert_eq!(phone.settings().unwrap(), changed, "texts grow to twice their size");
    fs::write(folder.path().join("settings"), "theme light\nnonsense\ntext_percent x\n").unwrap();
    assert_eq!(phone.settings().unwrap(), Settings { theme: Theme::Light, ..Settings::default() });
}
