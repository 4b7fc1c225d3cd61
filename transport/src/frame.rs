//! Messages on a stream of bytes: a length (LEB128, at most 3 bytes), then as many bytes.
//!
//! Invariant: a stranger's length allocates nothing. Memory grows only with bytes that arrived, to [`FRAME_MAX_BYTES`].

use std::io::{self, Read, Write};

use integer_encoding::VarInt;
use thiserror::Error;

/// The most bytes in one frame: those of the longest message of a session.
pub const FRAME_MAX_BYTES: usize = 64 * 1024;

/// The most bytes of a length: 3 times 7 bits count to 2 MiB.
const LENGTH_MAX_BYTES: usize = 3;

/// Why a frame did not go or come.
#[derive(Debug, Error)]
pub enum FrameError {
    /// Nothing came within the stream's own time limit. The stream is whole: receiving may be tried again.
    #[error("nothing came from the other end in time. Wait on, or say goodbye")]
    Idle,
    /// The frame is too long.
    #[error("a frame of {bytes} bytes is longer than {FRAME_MAX_BYTES}; send it in parts")]
    TooLong {
        /// Its length.
        bytes: u64,
    },
    /// The length is no length.
    #[error("a frame begins with no proper length; the other end is broken, or no Bibtrail")]
    Length,
    /// The stream ended inside a frame.
    #[error("the link ended inside a frame, after {got} of {bytes} bytes. Connect again")]
    Cut {
        /// What arrived.
        got: usize,
        /// What was announced; 0 when the length itself was cut.
        bytes: usize,
    },
    /// The stream failed.
    #[error("the link broke: {0}. Connect again")]
    Link(#[source] io::Error),
}

/// Sends one frame, and pushes it out.
///
/// # Errors
/// When it is longer than [`FRAME_MAX_BYTES`] (nothing is sent then), or the link breaks.
pub fn send(stream: &mut impl Write, body: &[u8]) -> Result<(), FrameError> {
    if body.len() > FRAME_MAX_BYTES {
        return Err(FrameError::TooLong { bytes: body.len() as u64 });
    }
    // In one piece, so that a short frame is one record and one packet.
    let mut bytes = (body.len() as u64).encode_var_vec();
    bytes.extend_from_slice(body);
    stream.write_all(&bytes).and_then(|()| stream.flush()).map_err(FrameError::Link)
}

/// Receives one frame; `None` is the stream's clean end, between frames.
///
/// # Errors
/// [`FrameError::Idle`] when nothing came in time; anything else is the end of this link.
pub fn receive(stream: &mut impl Read) -> Result<Option<Vec<u8>>, FrameError> {
    let Some(length) = receive_length(stream)? else { return Ok(None) };
    let mut body = Vec::new();
    // `read_to_end` grows the buffer as bytes come.
    stream.take(length as u64).read_to_end(&mut body).map_err(FrameError::Link)?;
    if body.len() < length {
        return Err(FrameError::Cut { got: body.len(), bytes: length });
    }
    Ok(Some(body))
}

fn receive_length(stream: &mut impl Read) -> Result<Option<usize>, FrameError> {
    let mut bytes = [0; LENGTH_MAX_BYTES];
    for at in 0..LENGTH_MAX_BYTES {
        match read_byte(stream) {
            Ok(Some(byte)) => bytes[at] = byte,
            Ok(None) if at == 0 => return Ok(None),
            Ok(None) => return Err(FrameError::Cut { got: at, bytes: 0 }),
            Err(error) if at == 0 && is_timeout(&error) => return Err(FrameError::Idle),
            Err(error) => return Err(FrameError::Link(error)),
        }
        if bytes[at] & 0x80 == 0 {
            let (length, used) = u64::decode_var(&bytes[..=at]).ok_or(FrameError::Length)?;
            // One length has one form.
            if used != at + 1 || length.required_space() != used {
                return Err(FrameError::Length);
            }
            let too_long = FrameError::TooLong { bytes: length };
            return match usize::try_from(length) {
                Ok(length) if length <= FRAME_MAX_BYTES => Ok(Some(length)),
                _ => Err(too_long),
            };
        }
    }
    Err(FrameError::Length)
}

fn read_byte(stream: &mut impl Read) -> io::Result<Option<u8>> {
    let mut byte = [0];
    loop {
        match stream.read(&mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(byte[0])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Systems differ in what they call a read that took too long.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mut bytes: &[u8], expected: &str) {
        let shown = match receive(&mut bytes) {
            Ok(Some(body)) => format!("{} bytes, {} left", body.len(), bytes.len()),
            Ok(None) => "end".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_sent_is_received() {
        let bodies = [vec![], vec![7], vec![1; 127], vec![2; 128], vec![3; 20_000], vec![4; FRAME_MAX_BYTES]];
        let mut bytes = Vec::new();
        for body in &bodies {
            send(&mut bytes, body).unwrap();
        }
        let mut stream = bytes.as_slice();
        for body in bodies {
            assert!(receive(&mut stream).unwrap() == Some(body));
        }
        assert_eq!(receive(&mut stream).unwrap(), None);
    }

    #[test]
    fn what_is_no_frame() {
        check(&[], "end");
        check(&[0, 9], "0 bytes, 1 left");
        check(&[0x85], "the link ended inside a frame, after 1 of 0 bytes. Connect again");
        check(&[5, 1, 2], "the link ended inside a frame, after 2 of 5 bytes. Connect again");
        let length = "a frame begins with no proper length; the other end is broken, or no Bibtrail";
        check(&[0x80, 0x00], length);
        check(&[0xff; 10], length);
        check(&[0x81, 0x80, 0x04], "a frame of 65537 bytes is longer than 65536; send it in parts");
        let long = send(&mut Vec::new(), &vec![0; FRAME_MAX_BYTES + 1]).unwrap_err();
        assert!(matches!(long, FrameError::TooLong { bytes: 65_537 }));
    }

    /// Gives one byte, then is silent.
    struct Slow(Option<u8>);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            buffer[0] = self.0.take().ok_or(io::ErrorKind::WouldBlock)?;
            Ok(1)
        }
    }

    #[test]
    fn silence_between_frames_is_not_an_end_and_inside_one_it_is() {
        assert!(matches!(receive(&mut Slow(None)).unwrap_err(), FrameError::Idle));
        assert!(matches!(receive(&mut Slow(Some(0x85))).unwrap_err(), FrameError::Link(_)));
        assert!(matches!(receive(&mut Slow(Some(5))).unwrap_err(), FrameError::Link(_)));
    }
}
