//! Searching for a text in several columns at once: they are joined, in lower case, in one.

/// Stands between the texts. It is a control character, so that it occurs in none of them.
const SEPARATOR: char = '\u{1f}';

/// What a search looks through.
pub fn haystack<const N: usize>(texts: [Option<&str>; N]) -> String {
    let mut joined = String::new();
    for text in texts.into_iter().flatten() {
        joined.push_str(&text.to_lowercase());
        joined.push(SEPARATOR);
    }
    joined
}

/// The `LIKE` pattern that finds `needle` literally, with `\` as its escape; `None` if no text can contain it.
pub fn pattern(needle: &str) -> Option<String> {
    if needle.contains([SEPARATOR, '\0']) {
        return None;
    }
    let mut pattern = String::with_capacity(needle.len() + 2);
    pattern.push('%');
    for c in needle.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_literal() {
        assert_eq!(pattern(r"50%_\Off").as_deref(), Some(r"%50\%\_\\off%"));
    }

    #[test]
    fn what_no_text_contains_is_not_even_looked_for() {
        assert_eq!(pattern("a\0b"), None);
        assert_eq!(pattern("a\u{1f}b"), None);
    }

    #[test]
    fn a_haystack_is_lower_case_and_keeps_its_texts_apart() {
        assert_eq!(haystack([Some("Ada"), None, Some("ÑU")]), "ada\u{1f}ñu\u{1f}");
    }
}
