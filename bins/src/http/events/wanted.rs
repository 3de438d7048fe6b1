use domain_shared::Invalid;

/// The types of the events somebody wants: all of them unless told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted(Option<Vec<String>>);

impl Wanted {
    /// Those that `raw` lists, with commas between them.
    ///
    /// # Errors
    /// If one isn't `known`. To wait in silence for what never comes would help nobody.
    pub fn parse(raw: &str, known: &[&str]) -> Result<Self, Invalid> {
        let listed = raw.split(',').map(str::trim);
        let checked = listed.map(|kind| known.contains(&kind).then(|| kind.to_owned()));
        let kinds: Option<Vec<_>> = checked.collect();
        kinds
            .map(|kinds| Self(Some(kinds)))
            .ok_or(Invalid::Malformed("a list of event types that there are, with commas between"))
    }

    /// Whether events of the type `kind` are.
    #[must_use]
    pub fn has(&self, kind: &str) -> bool {
        self.0.as_ref().is_none_or(|kinds| kinds.iter().any(|wanted| wanted == kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_wanted_and_without_a_list_everything() {
        let wanted = Wanted::parse("a.v1, b.v1", &["a.v1", "b.v1", "c.v1"]).unwrap();
        assert!(wanted.has("a.v1") && wanted.has("b.v1") && !wanted.has("c.v1"));
        assert!(Wanted::default().has("c.v1"));
    }

    #[test]
    fn a_type_that_does_not_exist_is_refused() {
        for raw in ["", "a", "a.v1,", "a.v1;b.v1", "a.*", "A.v1"] {
            assert!(Wanted::parse(raw, &["a.v1", "b.v1"]).is_err(), "{raw:?}");
        }
    }
}
