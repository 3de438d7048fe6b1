/// Which version of an aggregate a caller is ready to change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Expected {
    /// Whichever it is.
    #[default]
    Any,
    /// One of these, which they have looked at.
    OneOf(Vec<u64>),
}
