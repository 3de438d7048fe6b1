//! Text as people type it: trimmed, bounded in characters, free of what can't be seen.
use crate::Invalid;

/// One line: 1 to `max` characters, no control characters, outer blanks removed.
///
/// # Errors
/// [`Invalid::TooShort`], [`Invalid::TooLong`] or [`Invalid::ForbiddenCharacter`].
pub fn line(raw: &str, max: usize) -> Result<String, Invalid> {
    bounded(raw, max, char::is_control)
}

/// Several lines: 1 to `max` characters, no control characters besides tabs and line feeds, outer blanks removed.
///
/// # Errors
/// [`Invalid::TooShort`], [`Invalid::TooLong`] or [`Invalid::ForbiddenCharacter`].
pub fn paragraph(raw: &str, max: usize) -> Result<String, Invalid> {
    bounded(raw, max, |c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
}

fn bounded(raw: &str, max: usize, forbidden: fn(char) -> bool) -> Result<String, Invalid> {
    let text = raw.trim();
    if text.is_empty() {
        Err(Invalid::TooShort(1))
    } else if text.chars().count() > max {
        Err(Invalid::TooLong(max))
    } else if text.chars().any(|c| forbidden(c) || reorders(c)) {
        Err(Invalid::ForbiddenCharacter)
    } else {
        Ok(text.to_owned())
    }
}

/// Bidirectional controls, which make text read differently from what it is (Unicode TR 36, "Trojan Source").
const fn reorders(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outer_blanks_are_no_part_of_a_line() {
        assert_eq!(line("  Ada \n", 3), Ok("Ada".to_owned()));
    }

    #[test]
    fn a_line_has_no_line_breaks_or_invisible_controls() {
        for raw in ["a\r\nb", "a\0b", "a\u{202E}b", "a\u{7f}b"] {
            assert_eq!(line(raw, 9), Err(Invalid::ForbiddenCharacter), "{raw:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(line("ñandú", 5), Ok("ñandú".to_owned()));
        assert_eq!(line("ñandú!", 5), Err(Invalid::TooLong(5)));
        assert_eq!(line("   ", 5), Err(Invalid::TooShort(1)));
    }

    #[test]
    fn a_paragraph_may_have_lines() {
        assert_eq!(paragraph("a\n\tb", 9), Ok("a\n\tb".to_owned()));
        assert_eq!(paragraph("a\0b", 9), Err(Invalid::ForbiddenCharacter));
    }
}
