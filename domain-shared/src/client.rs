use serde::{Deserialize, Serialize};

/// From where somebody asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Client {
    /// The client's IP address.
    pub address: Option<String>,
    /// The client's `User-Agent`, or the beginning of it.
    #[cfg_attr(feature = "schema", schemars(length(max = Self::MAX_USER_AGENT)))]
    pub user_agent: Option<String>,
}

impl Client {
    /// How many characters of the `User-Agent` are kept.
    pub const MAX_USER_AGENT: usize = 200;
}
