/// How the connections to a database that serve one purpose are used at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// What they serve.
    pub purpose: &'static str,
    /// How many there may be.
    pub most: usize,
    /// How many there are.
    pub open: usize,
    /// How many of these nobody uses.
    pub idle: usize,
    /// How many wait for one.
    pub waiting: usize,
}
