//! What people write in files and pipe into the program: UTF-8 with or without a byte order mark, or UTF-16, which PowerShell's
//! `>` and some editors write.

use std::borrow::Cow;
use std::fs;
use std::io::{self, BufRead, Cursor, ErrorKind};
use std::path::Path;

/// What some programs put before a text, to say that it is Unicode.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The text in these bytes, without a byte order mark; `None` if they are neither UTF-8 nor UTF-16.
///
/// ```
/// use internbot_core::text_file::decode;
/// assert_eq!(decode(b"\xff\xfeh\0i\0").as_deref(), Some("hi"));
/// assert_eq!(decode(b"\xef\xbb\xbfhi").as_deref(), Some("hi"));
/// assert_eq!(decode(b"h\xe9"), None);
/// ```
pub fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let Some(unit) = utf16_unit(bytes) else {
        let text = std::str::from_utf8(bytes).ok()?;
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        return Some(Cow::Borrowed(text));
    };
    let (pairs, rest) = bytes.as_chunks();
    let units: Vec<u16> = pairs.iter().copied().map(unit).collect();
    let text = String::from_utf16(&units).ok();
    let mut text = text.filter(|_| rest.is_empty())?;
    if text.starts_with(BYTE_ORDER_MARK) {
        text.remove(0);
    }
    Some(Cow::Owned(text))
}

/// The text in a file.
///
/// # Errors
/// If the file cannot be read or is not text; the message then says what to do.
pub fn read(path: &Path) -> io::Result<String> {
    let bytes = fs::read(path)?;
    let text = decode(&bytes).map(Cow::into_owned);
    let fault = "it is not UTF-8 text; save it as UTF-8";
    text.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, fault))
}

/// Input as UTF-8, without a byte order mark. It is passed on line by line, as it comes, except that UTF-16 is first read to its
/// end.
///
/// # Errors
/// If it cannot be read.
pub fn input<'a>(mut input: impl BufRead + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    let start = input.fill_buf()?;
    if utf16_unit(start).is_some() {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes)?;
        let utf8 = decode(&bytes).map(|text| text.into_owned().into_bytes());
        return Ok(Box::new(Cursor::new(utf8.unwrap_or(bytes))));
    }
    let mut mark = [0; BYTE_ORDER_MARK.len_utf8()];
    let mark = BYTE_ORDER_MARK.encode_utf8(&mut mark).as_bytes();
    if start.starts_with(mark) {
        input.consume(mark.len());
    }
    Ok(Box::new(input))
}

/// How two bytes make a unit of UTF-16, if that is what a text begins with: a byte order mark or, without one, a letter with a zero
/// beside it, which no UTF-8 file has.
fn utf16_unit(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    match bytes {
        [0xff, 0xfe, ..] | [1..=0xff, 0, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] | [0, 1..=0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    }
}
