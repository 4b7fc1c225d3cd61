//! Going to sleep at any moment, while other threads record and meet.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::failures::{entry, joined};

#[test]
fn sleep_comes_between_two_calls_of_other_threads() {
    let ((_a, here, ..), (_b, there, ..)) = (joined(1), joined(2));
    let is_over = AtomicBool::new(false);
    let recorded = std::thread::scope(|scope| {
        let recorder = scope.spawn(|| {
            let mut count = 0;
            while !is_over.load(Ordering::SeqCst) || count < 50 {
                count += usize::from(here.record(entry(&(count % 90).to_string())).unwrap().is_confirmed);
            }
            count
        });
        let meeter = scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                // It breaks whenever the other thread puts the app to sleep.
                let _broken = crate::script::meet(&here, &there);
            }
        });
        for _ in 0..100 {
            let rest = here.suspend().unwrap();
            assert!(rest.is_at_rest && rest.unconfirmed == 0);
            here.resume().unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
        meeter.join().unwrap();
        recorder.join().unwrap()
    });
    let screen = here.corrections_screen(u32::MAX, None).unwrap();
    assert_eq!(screen.lines.len(), recorded, "all that was confirmed is there, once");
    crate::script::meet(&here, &there).unwrap();
    assert_eq!(here.overview().unwrap().state_digest, there.overview().unwrap().state_digest);
}
