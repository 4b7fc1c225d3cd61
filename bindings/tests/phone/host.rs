//! The host's side: a clock that is set, keys in memory, ears that count.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use bibtrail_bindings::{
    CoreError,
    host::{Change, Clock, ClockReading, KeyStore, Listener},
};

/// The gun: 2025-04-06 09:00 in Seoul.
pub(crate) const GUN_MS: i64 = 1_743_897_600_000;

/// A phone's clocks, which stand still until they are set.
pub(crate) struct SetClock {
    name: String,
    since_ms: i64,
    ms: Mutex<i64>,
}

impl SetClock {
    /// `number` 1 was started 1,000 seconds before the gun and more, and so on.
    pub(crate) fn new(name: &str, number: u8) -> Arc<Self> {
        let since_ms = 10_000_000 + i64::from(number) * 1_000_000;
        Arc::new(Self { name: name.to_owned(), since_ms, ms: Mutex::new(0) })
    }

    /// Sets it: milliseconds after the gun.
    pub(crate) fn set(&self, ms: i64) {
        *self.ms.lock().unwrap() = ms;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Result<ClockReading, CoreError> {
        let ms = *self.ms.lock().unwrap();
        Ok(ClockReading { boot: self.name.clone(), boot_ms: self.since_ms + ms, wall_ms: GUN_MS + ms })
    }
}

/// Keys in memory. The first is fixed: 32 times the phone's number.
pub(crate) struct Keys {
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Keys {
    pub(crate) fn new(number: u8) -> Arc<Self> {
        Arc::new(Self { kept: Mutex::new(BTreeMap::from([("log".to_owned(), vec![number; 32])])) })
    }
}

impl KeyStore for Keys {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, CoreError> {
        Ok(self.kept.lock().unwrap().get(&name).cloned())
    }

    fn save(&self, name: String, secret: Vec<u8>) -> Result<(), CoreError> {
        self.kept.lock().unwrap().insert(name, secret);
        Ok(())
    }
}

/// Hears, and then fails.
#[derive(Default)]
pub(crate) struct Thrower {
    pub(crate) heard: Mutex<Vec<Change>>,
}

impl Listener for Thrower {
    fn changed(&self, change: Change) -> Result<(), CoreError> {
        self.heard.lock().unwrap().push(change);
        Err(CoreError::Host { detail: "the screen is gone".to_owned() })
    }
}
