//! Both apps are one app: the same screens in the same order, the same permissions for the same reasons, and no text that
//! nobody shows.
//!
//! Invariant: what differs between the platforms is listed here with its reason.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests: a failure is a panic")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use bibtrail_words::read;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read_file(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files below a folder whose names end so, one after the other.
fn sources(folder: &str, ends: &[&str]) -> String {
    let mut all = String::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() && !name.ends_with("target") && !name.ends_with("build") {
                folders.push(path);
            } else if ends.iter().any(|end| name.ends_with(end)) && !name.ends_with("strings.xml") {
                all.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }
    all
}

/// Whether a source names a text: as a string, or as a resource of Android.
fn names(source: &str, key: &str) -> bool {
    let resource = |word: &str| {
        source.match_indices(word).any(|(at, _)| {
            let after = source[at + word.len()..].chars().next();
            after.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_')
        })
    };
    source.contains(&format!("\"{key}\""))
        || resource(&format!("R.string.{key}"))
        || resource(&format!("R.plurals.{key}"))
        || resource(&format!("@string/{key}"))
}

fn android() -> String {
    sources("android/app", &[".kt", ".xml"]) + &sources("android/screens/src/main", &[".kt"])
}

fn apple() -> String {
    sources("ios/App", &[".swift"]) + &sources("bindings/swift/Sources/BibtrailScreens", &[".swift"])
}

/// Texts that only one platform has a place for.
const ANDROID_ONLY: [(&str, &str); 3] = [
    ("app_name", "iOS takes the name from project.yml"),
    ("devices_hotspot", "an iPhone's hotspot is switched on by hand"),
    ("notification_sync", "iOS shows no notification while an app works"),
];
const APPLE_ONLY: [(&str, &str); 2] = [
    ("permission_camera", "Android's system asks in its own words"),
    ("permission_local_network", "Android's system asks in its own words"),
];

#[test]
fn every_text_is_shown_on_both_platforms() {
    let words = read::folder(&root().join("bindings/words")).unwrap();
    let (android, apple) = (android(), apple());
    let is_listed = |list: &[(&str, &str)], key: &str| list.iter().any(|(listed, _)| *listed == key);
    let mut wrong = Vec::new();
    for key in words.languages[0].keys() {
        // What the core says is shown wherever the core's records are.
        if words.core.contains_key(key) {
            continue;
        }
        let on_android = names(&android, key);
        let on_apple = names(&apple, key) || is_listed(&APPLE_ONLY, key);
        match (on_android, on_apple) {
            (true, true) => {}
            (true, false) if is_listed(&ANDROID_ONLY, key) => {}
            (false, true) if is_listed(&APPLE_ONLY, key) => {}
            (false, false) => wrong.push(format!("{key}: no screen shows it")),
            (true, false) => wrong.push(format!("{key}: only Android shows it")),
            (false, true) => wrong.push(format!("{key}: only iOS shows it")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The words in quotes in a source that begin so.
fn quoted<'a>(source: &'a str, begin: &str) -> Vec<&'a str> {
    source.split('"').skip(1).step_by(2).filter(|word| word.starts_with(begin)).collect()
}

#[test]
fn the_screens_are_the_same_in_the_same_order() {
    let swift = read_file("bindings/swift/Sources/BibtrailScreens/ScreenName.swift");
    let kotlin = read_file("android/screens/src/main/kotlin/bibtrail/screens/Frame.kt");
    let ours = quoted(&swift, "screen_");
    assert_eq!(ours.len(), 7);
    // Android joins before there is a list of screens.
    assert_eq!(ours[1..], quoted(&kotlin, "screen_"));
    let folder = |path: &str| -> BTreeSet<String> {
        let names = fs::read_dir(root().join(path)).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.to_string_lossy().split('.').next().unwrap_or_default().to_owned()).collect()
    };
    let views = folder("ios/App/Screens");
    let composables = folder("android/screens/src/main/kotlin/bibtrail/screens");
    for screen in ["Join", "Record", "Checkpoint", "Corrections", "Devices", "CloseOut", "Settings"] {
        assert!(views.contains(&format!("{screen}View")), "ios has no {screen}View");
        assert!(composables.contains(screen), "android has no {screen}");
    }
}

/// What the apps ask for and why: Android's permissions, and the key of Apple's question. Without a question Apple's
/// system wants none for it.
const PERMISSIONS: [(&str, &[&str], Option<&str>); 5] = [
    ("bibs and join codes", &["CAMERA"], Some("NSCameraUsageDescription")),
    ("an entry that is felt", &["VIBRATE"], None),
    (
        "other phones of the race, over any Wi-Fi",
        &[
            "INTERNET",
            "ACCESS_NETWORK_STATE",
            "ACCESS_WIFI_STATE",
            "CHANGE_WIFI_MULTICAST_STATE",
            "ACCESS_LOCAL_NETWORK",
        ],
        Some("NSLocalNetworkUsageDescription"),
    ),
    // An iPhone's hotspot is switched on by hand.
    (
        "this phone as the hotspot",
        &["CHANGE_WIFI_STATE", "NEARBY_WIFI_DEVICES", "ACCESS_COARSE_LOCATION", "ACCESS_FINE_LOCATION"],
        None,
    ),
    (
        "a meeting that goes on in a pocket",
        &["FOREGROUND_SERVICE", "FOREGROUND_SERVICE_CONNECTED_DEVICE", "POST_NOTIFICATIONS"],
        None,
    ),
];

#[test]
fn permissions_are_asked_for_the_same_reasons() {
    let manifest = read_file("android/app/src/main/AndroidManifest.xml");
    let document = roxmltree::Document::parse(&manifest).unwrap();
    let asked: BTreeSet<&str> = document
        .descendants()
        .filter(|node| node.has_tag_name("uses-permission"))
        .flat_map(|node| node.attributes().filter(|attribute| attribute.name() == "name"))
        .map(|attribute| attribute.value().trim_start_matches("android.permission."))
        .collect();
    let expected: BTreeSet<&str> = PERMISSIONS.iter().flat_map(|(_, android, _)| *android).copied().collect();
    assert_eq!(asked, expected, "Android's manifest");
    let project = read_file("ios/project.yml");
    let questions: BTreeSet<&str> = project
        .lines()
        .filter_map(|line| line.trim().split(':').next())
        .filter(|key| key.ends_with("UsageDescription"))
        .collect();
    let expected: BTreeSet<&str> = PERMISSIONS.iter().filter_map(|(.., apple)| *apple).collect();
    assert_eq!(questions, expected, "ios/project.yml");
    let texts = read_file("ios/App/Resources/InfoPlist.xcstrings");
    for question in expected {
        assert!(texts.contains(&format!("\"{question}\"")), "{question} has no translations");
    }
}

#[test]
fn both_apps_look_for_the_same_service_and_know_the_same_languages() {
    let project = read_file("ios/project.yml");
    for (tag, _) in bibtrail_words::LANGUAGES {
        assert!(
            project.contains(&format!(" {tag},"))
                || project.contains(&format!(" {tag}]"))
                || project.contains(&format!("[{tag},")),
            "ios/project.yml does not list {tag}"
        );
    }
    let service = "_bibtrail._tcp";
    assert!(project.contains(service) && apple().contains(service), "ios does not look for {service}");
    assert!(android().contains(service), "android does not look for {service}");
}

/// The glass locks itself again after the same time on both.
#[test]
fn the_wet_lock_waits_as_long_on_both() {
    let number = |source: &str, begin: &str, end: &str| -> u32 {
        let (_, rest) = source.split_once(begin).unwrap();
        rest.split_once(end).unwrap().0.replace('_', "").parse().unwrap()
    };
    let android = read_file("android/screens/src/main/kotlin/bibtrail/screens/Frame.kt");
    let apple = read_file("ios/App/Parts/WetLock.swift");
    assert_eq!(
        number(&android, "WET_LOCK_AFTER_MS = ", "L\n"),
        1_000 * number(&apple, "after: Duration = .seconds(", ")")
    );
}
