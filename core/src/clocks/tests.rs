//! Tiny cases: text in, text out.

use super::*;

fn boot(name: &str) -> BootId {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    BootId(bytes)
}

fn name(boot: BootId) -> String {
    boot.0.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect()
}

/// `S=1000` anchors, `A@5 S 10..20` is a contact (either side may be left open), `A@7?` asks.
fn check(given: &str, expected: &str) {
    let (mut anchors, mut contacts, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    let at = |text: &str| {
        let (name, ms) = text.split_once('@').unwrap();
        (boot(name), ms.parse::<u64>().unwrap())
    };
    for part in given.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        if let Some((name, offset)) = part.split_once('=') {
            anchors.push(Anchor { boot: boot(name), offset_ms: offset.parse().unwrap() });
        } else if let Some(query) = part.strip_suffix('?') {
            asked.push(at(query));
        } else {
            let words: Vec<&str> = part.split(' ').collect();
            let (lo, hi) = words[2].split_once("..").unwrap();
            let (boot_id, boot_ms) = at(words[0]);
            contacts.push(Contact {
                boot: boot_id,
                boot_ms,
                peer: boot(words[1]),
                lo_ms: lo.parse().ok(),
                hi_ms: hi.parse().ok(),
            });
        }
    }
    let clocks = Clocks::solve(&anchors, &contacts);
    let answers = asked.into_iter().map(|(boot, ms)| match clocks.at(boot, ms) {
        Some(m) => format!("{} ±{} [{}, {}]", m.ms, m.sigma_ms, m.earliest_ms, m.latest_ms),
        None => "none".to_owned(),
    });
    let suspects = clocks.suspects().iter().map(|suspect| match suspect {
        Suspect::Anchor { boot, spread_ms } => format!("{}: spread {spread_ms}", name(*boot)),
        Suspect::Rate { boot, ppm } => format!("{}: {ppm} ppm", name(*boot)),
        Suspect::Contact { contact: c, excess_ms, certain } => {
            let sure = if *certain { "" } else { "?" };
            format!("{}@{} {} off by {excess_ms}{sure}", name(c.boot), c.boot_ms, name(c.peer))
        }
    });
    assert_eq!(answers.chain(suspects).collect::<Vec<_>>().join("; "), expected, "{given}");
}

#[test]
fn references() {
    check("", "");
    check("A@5?", "none");
    check("S=1000; S@5?; A@5?", "1005 ±0 [1005, 1005]; none");
    check("S=1000; T=2000; S@5?; T@5?", "1005 ±0 [1005, 1005]; 2005 ±0 [2005, 2005]");
    check("S=1000; S=1000; S@5?", "1005 ±0 [1005, 1005]");
    check("S=1000; S=1030; S@5?", "1020 ±9 [1005, 1035]; S: spread 30");
}

#[test]
fn one_hop() {
    check("S=1000; A@5 S 10..20; A@5?", "1020 ±4 [1015, 1025]");
    check("S=1000; A@5 S 10..20; A@3600005?", "3601020 ±145 [3600655, 3601385]");
    check("S=1000; S@20 A -20..-10; A@5?", "1020 ±4 [1014, 1026]");
    check("S=1000; A@5 S 10..20; A@7200005 S 10..20; A@3600005?", "3601020 ±4 [3600655, 3601385]");
    check(
        "S=0; A@3600000 S 0..0; A@0?; A@3600000?; A@7200000?",
        "0 ±145 [-360, 360]; 3600000 ±0 [3600000, 3600000]; 7200000 ±145 [7199640, 7200360]",
    );
}

#[test]
fn half_bounds() {
    check("S=1000; A@5 S 10..; A@5?", "none");
    check("S=1000; A@5 S ..20; A@5?", "none");
    check("S=1000; A@5 S 10..; A@5 S ..20; A@5?", "1020 ±4 [1015, 1025]");
    check("S=1000; A@5 S ..; A@5?", "none");
    // A closed a file at 600 that S opened at 3600; S closed one at 1500 that A opened at 700.
    check("S=0; S@3600 A -3000..; A@700 S 800..; A@650?", "2550 ±635 [1449, 3651]");
}

#[test]
fn chains() {
    check("S=0; A@0 S 100..110; B@0 A 1000..1010; B@0?", "1110 ±5 [1099, 1121]");
    check("S=0; A@0 S 100..110; B@0 A 1000..1010; C@0 B -1110..-1110; C@0?", "0 ±5 [-11, 11]");
    check("S=0; B@0 A 1000..1010; B@0?", "none");
}

#[test]
fn contradictions() {
    check("S=0; A@0 A -1..1; A@0 A 5..9; A@0 S 9..3", "A@0 A off by 5; A@0 S off by 6");
    check(
        "S=0; A@0 S 0..0; A@1000000 S 500..500; A@2000000 S 1000..1000; A@1500000?",
        "1500750 ±1 [1500600, 1500900]; A: 800 ppm",
    );
    check(
        "S=0; A@0 S 0..0; A@1000000 S 500..500; A@2000000 S 0..0; A@1000000?",
        "1000000 ±1 [999900, 1000100]; A@1000000 S off by 400",
    );
    check(
        "S=0; A@0 S 0..0; A@1000000 S 5000..5000; A@2000000 S 0..0; A@1000000?",
        "1000000 ±1 [999900, 1000100]; A@1000000 S off by 4900",
    );
    check("S=0; A@0 S 0..0; A@1000000 S 9000..9010; A@0?", "9005 ±41 [8900, 9110]; A@0 S off by 8900?");
    check("S=0; T=500; S@0 T 0..0; S@0 T -500..-500; T@0?", "500 ±0 [500, 500]; S@0 T off by 500");
    check(
        "S=0; A@0 S 0..0; B@0 A 0..0; A@9 B 9000..9000; A@10 B 0..0; B@9?",
        "9 ±1 [8, 10]; A@9 B off by 9000",
    );
}

#[test]
fn extremes() {
    let far = [u64::MAX, 0, u64::MAX / 2];
    let by = [None, Some(i64::MIN), Some(i64::MAX), Some(i64::MIN + 1), Some(i64::MAX - 1), Some(0)];
    let names = ["S", "A", "B"].map(boot);
    let mut contacts = Vec::new();
    for (n, boot_ms) in far.into_iter().cycle().take(18).enumerate() {
        for (m, lo_ms) in by.into_iter().enumerate() {
            for hi_ms in by {
                contacts.push(Contact {
                    boot: names[n % 3],
                    boot_ms,
                    peer: names[(n + m) % 3],
                    lo_ms,
                    hi_ms,
                });
            }
        }
    }
    for offset_ms in [i64::MIN, 0, i64::MAX] {
        let anchors = [Anchor { boot: names[0], offset_ms }];
        let all = Clocks::solve(&anchors, &contacts);
        let each = contacts.iter().map(|contact| Clocks::solve(&anchors, &[*contact]));
        for clocks in each.chain([all]) {
            for (boot, at) in names.iter().flat_map(|boot| far.map(|at| (*boot, at))) {
                if let Some(m) = clocks.at(boot, at) {
                    assert!(m.earliest_ms <= m.ms && m.ms <= m.latest_ms && m.sigma_ms >= 0, "{m:?}");
                }
            }
        }
    }
}
