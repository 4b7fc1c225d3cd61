use std::io::Cursor;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rqrr::PreparedImage;

use super::*;

fn payload(bytes: usize, seed: u64) -> Vec<u8> {
    let mut payload = vec![0; bytes];
    ChaCha8Rng::seed_from_u64(seed).fill_bytes(&mut payload);
    payload
}

fn shuffled<T>(mut items: Vec<T>, random: &mut ChaCha8Rng) -> Vec<T> {
    for n in (1..items.len()).rev() {
        items.swap(n, random.random_range(0..=n));
    }
    items
}

/// What a camera sees in a picture: one code, its bytes.
fn seen(width: usize, height: usize, is_dark: impl FnMut(usize, usize) -> bool) -> Vec<u8> {
    let mut image = PreparedImage::prepare_from_bitmap(width, height, is_dark);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    let mut bytes = Vec::new();
    grids[0].decode_to(&mut bytes).unwrap();
    bytes
}

fn seen_in_png(picture: &[u8]) -> Vec<u8> {
    let mut decoder = png::Decoder::new(Cursor::new(picture));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let (width, height) = (info.width as usize, info.height as usize);
    assert_eq!(pixels.len(), width * height);
    seen(width, height, |x, y| pixels[y * width + x] < 128)
}

fn seen_in_terminal(text: &str) -> Vec<u8> {
    let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let side = lines[0].len();
    // A character is one wide and two high; twice as large as that is large enough to be found.
    seen(3 * side, 3 * side, |x, y| {
        let (x, y) = (x / 3, y / 3);
        match lines[y / 2][x] {
            '█' => false,
            '▀' => y % 2 == 1,
            '▄' => y % 2 == 0,
            _ => true,
        }
    })
}

#[test]
fn a_camera_that_misses_a_third_gets_all() {
    let payload = payload(20 * 1024, 1);
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let animation = Animation::new(&payload, SYMBOL_BYTES).unwrap();
    assert_eq!(animation.frames_needed(), 48);
    // Begins to watch late, misses three of ten, sees one twice.
    let mut frames: Vec<Vec<u8>> = animation.skip(20).take(80).collect();
    frames.retain(|_| random.random_range(0..10) >= 3);
    frames.push(frames[0].clone());
    assert!(frames.len() < 65 && frames.len() > 50);
    let mut collector = Collector::new();
    let mut last = None;
    for frame in shuffled(frames, &mut random) {
        let seen = seen_in_png(&png(&frame, 2).unwrap());
        assert!(seen == frame);
        last = Some(collector.push(&seen).unwrap());
    }
    assert!(last == Some(Progress::Complete(payload)));
}

#[test]
fn a_frame_is_small_enough_for_its_code() {
    let largest = payload(SYMBOL_MAX_BYTES * 3, 3);
    let frame = Animation::new(&largest, SYMBOL_MAX_BYTES).unwrap().next().unwrap();
    assert_eq!(frame.len(), 666);
    assert!(seen_in_terminal(&terminal(&frame).unwrap()) == frame);
    assert!(seen_in_png(&png(&frame, 3).unwrap()) == frame);
    assert!(matches!(terminal(&[0; 667]).unwrap_err(), QrError::DoesNotFit { bytes: 667 }));
    // Version 16 has 81 modules, and 4 of quiet at each side.
    let usual = Animation::new(&largest, SYMBOL_BYTES).unwrap().next().unwrap();
    assert_eq!(terminal(&usual).unwrap().lines().next().unwrap().chars().count(), 89);
}

#[test]
fn a_ticket_is_one_code() {
    let ticket = "https://bibtrail.example/t#0123456789abcdef-서울";
    assert_eq!(seen_in_terminal(&text_terminal(ticket).unwrap()), ticket.as_bytes());
    assert_eq!(seen_in_png(&text_png(ticket, 4).unwrap()), ticket.as_bytes());
    assert!(text_png(&"x".repeat(2_331), 1).is_ok());
    assert!(matches!(text_png(&"x".repeat(2_332), 1), Err(QrError::DoesNotFit { bytes: 2_332 })));
}

#[test]
fn payloads_of_any_size() {
    let most = [(PAYLOAD_MAX_BYTES, SYMBOL_MAX_BYTES), (PAYLOAD_MAX_BYTES, SYMBOL_MIN_BYTES)];
    for (bytes, symbol_bytes) in
        [1, 63, 64, 65, 643, 644, 645, 10_000].map(|n| (n, SYMBOL_MAX_BYTES)).into_iter().chain(most)
    {
        let payload = payload(bytes, 4);
        let mut collector = Collector::new();
        // Only mixtures, none of the payload's own symbols.
        let animation = Animation::new(&payload, symbol_bytes).unwrap();
        let need = animation.frames_needed();
        let complete = animation.skip(need).take(need + SPARE_SYMBOLS).find_map(|frame| {
            match collector.push(&frame).unwrap() {
                Progress::Complete(payload) => Some(payload),
                Progress::Partial { .. } => None,
            }
        });
        assert!(complete == Some(payload), "{bytes}");
    }
    assert!(matches!(Animation::new(&[], SYMBOL_BYTES), Err(QrError::Empty)));
    let long = vec![0; PAYLOAD_MAX_BYTES + 1];
    assert!(matches!(Animation::new(&long, SYMBOL_BYTES), Err(QrError::TooLong { .. })));
    assert!(matches!(Animation::new(&[0], SYMBOL_MAX_BYTES + 1), Err(QrError::SymbolSize { .. })));
}

#[test]
fn the_numbers_of_symbols_begin_again() {
    let mut animation = Animation::new(&payload(500, 5), SYMBOL_MIN_BYTES).unwrap();
    let first = animation.next().unwrap();
    animation.next = SYMBOLS - 1;
    let last = animation.next().unwrap();
    assert_eq!(read(&last).unwrap().1, SYMBOLS - 1);
    assert_eq!(animation.next().unwrap(), first);
    assert!(Collector::new().push(&last).is_ok());
}

#[test]
fn what_is_not_of_this_transfer_is_left_out_by_name() {
    let (ours, other) = (payload(1_000, 6), payload(1_000, 7));
    let mut animation = Animation::new(&ours, 100).unwrap();
    let mut others = Animation::new(&other, 100).unwrap();
    let mut collector = Collector::new();
    let mut check = |frame: &[u8], expected: &str| {
        let shown = match collector.push(frame) {
            Ok(Progress::Partial { have, need }) => format!("{have} of {need}"),
            Ok(Progress::Complete(payload)) => format!("{} bytes", payload.len()),
            Err(error) => error.to_string(),
        };
        assert!(shown.starts_with(expected), "{shown}");
    };
    let first = animation.next().unwrap();
    check(b"https://example.org/results", "this QR code is none of Bibtrail's");
    check(b"", "this QR code is none of Bibtrail's");
    check(&first, "1 of 10");
    check(&others.next().unwrap(), "this QR code belongs to another transfer");
    let mut newer = first.clone();
    newer[2] = 2;
    check(&newer, "this QR code is of version 2, which this app does not know");
    check(&first, "1 of 10");
    animation.by_ref().take(8).for_each(|frame| check(&frame, ""));
    check(&animation.next().unwrap(), "1000 bytes");
    check(&first, "1000 bytes");
}

#[test]
fn a_flipped_bit_is_noticed() {
    let frame = Animation::new(&payload(1_000, 8), 100).unwrap().next().unwrap();
    for bit in 0..frame.len() * 8 {
        let mut flipped = frame.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Collector::new().push(&flipped).is_err());
    }
    for cut in 0..frame.len() {
        assert!(Collector::new().push(&frame[..cut]).is_err());
    }
}

#[test]
fn a_hostile_header_reaches_nothing() {
    let honest = Transfer { payload_bytes: 1_000, symbol_bytes: 100, hash: [7; 8] };
    let refused = |payload_bytes: usize, symbol_bytes: usize| {
        let transfer = Transfer { payload_bytes, symbol_bytes, ..honest };
        let mut collector = Collector::new();
        let error = collector.push(&write(&transfer, 0, &vec![0; symbol_bytes])).unwrap_err();
        assert!(matches!(error, QrError::Header { .. }), "{error}");
        assert!(collector.begun.is_none());
    };
    refused(0, 100);
    refused(PAYLOAD_MAX_BYTES + 1, 100);
    refused(u32::MAX as usize, 100);
    refused(1_000, 0);
    refused(1_000, SYMBOL_MIN_BYTES - 1);
    refused(1_000, SYMBOL_MAX_BYTES + 1);
    refused(PAYLOAD_MAX_BYTES, 5_000);
    // The most symbols there can be, with numbers from the whole range: taken in as they come.
    let largest = Transfer { payload_bytes: PAYLOAD_MAX_BYTES, symbol_bytes: SYMBOL_MIN_BYTES, ..honest };
    let mut collector = Collector::new();
    for number in [0, 16_383, 16_384, 16_385, SYMBOLS - 1] {
        collector.push(&write(&largest, number, &[1; SYMBOL_MIN_BYTES])).unwrap();
    }
    assert_eq!(collector.begun.unwrap().symbols.len(), 5);
}

#[test]
fn symbols_that_lie_are_dropped_all_and_the_next_try_succeeds() {
    let payload = payload(1_000, 9);
    let honest: Vec<Vec<u8>> = Animation::new(&payload, 100).unwrap().take(10).collect();
    let (transfer, _, _) = read(&honest[0]).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(10);
    let mut collector = Collector::new();
    for lies in [SYMBOLS - 7, 3, 11] {
        let mut lie = vec![0; 100];
        random.fill_bytes(&mut lie);
        collector.push(&write(&transfer, lies, &lie)).unwrap();
        let mut frames = honest.iter().filter(|frame| read(frame).unwrap().1 != lies);
        let error = frames.find_map(|frame| collector.push(frame).err());
        assert!(matches!(error, Some(QrError::WrongHash)));
        assert!(collector.begun.is_none());
    }
    let last = honest.iter().map(|frame| collector.push(frame).unwrap()).last();
    assert!(last == Some(Progress::Complete(payload)));
}

#[test]
fn noise_is_refused() {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut collector = Collector::new();
    for _ in 0..20_000 {
        let mut noise = vec![0; random.random_range(0..700)];
        random.fill_bytes(&mut noise);
        // Half of it looks like ours.
        if random.random() && noise.len() > 3 {
            noise[..3].copy_from_slice(b"BQ\x01");
        }
        assert!(collector.push(&noise).is_err());
    }
}
