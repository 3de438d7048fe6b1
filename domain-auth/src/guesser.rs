//! Who tries a code, as far as tries are counted apart.

/// Who tries a code, and how often they may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guesser {
    /// The digest of the place that they try from, as [`Challenge::place`](crate::Challenge::place); without one, inside a
    /// program, they count as whoever asked for the code.
    pub place: Option<String>,
    /// Whether the user has signed in from there lately.
    pub is_known: bool,
    /// How many tries there are from where the code was asked for, and as many again from known places.
    pub tries: u32,
    /// How many there are from all other places together.
    pub tries_of_others: u32,
}

/// Tries that are counted together. Others can't use up those of whoever asked for the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tries {
    /// From where the code was asked for.
    Askers,
    /// From where its owner has signed in lately.
    Known,
    /// From anywhere else.
    Others,
}

impl Guesser {
    /// Somebody of whom nothing is known but how often they may try.
    #[must_use]
    pub const fn of(tries: u32) -> Self {
        Self { place: None, is_known: false, tries, tries_of_others: 0 }
    }

    /// With what a try at a code is counted that was asked for from `asked_from`, and how many of these there are.
    #[must_use]
    pub fn counts(&self, asked_from: Option<&str>) -> (Tries, u32) {
        match (&self.place, asked_from) {
            (Some(place), Some(asked_from)) if place != asked_from => {
                if self.is_known {
                    (Tries::Known, self.tries)
                } else {
                    (Tries::Others, self.tries_of_others)
                }
            }
            _ => (Tries::Askers, self.tries),
        }
    }
}
