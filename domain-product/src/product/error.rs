use std::borrow::Cow;

use domain_shared::{Fault, Invalid, Kind};

/// Why a product can't do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProductError {
    /// It has been deleted.
    #[error("there is no such product")]
    Deleted,
    /// It is for sale already.
    #[error("the product is already active")]
    AlreadyActive,
    /// It isn't for sale already.
    #[error("the product is already inactive")]
    AlreadyInactive,
    /// Its stock doesn't move while it isn't for sale.
    #[error("the product is inactive")]
    Inactive,
    /// There aren't as many as asked for.
    #[error("only {available} are left, {requested} were requested")]
    InsufficientStock {
        /// How many there are.
        available: i64,
        /// How many were asked for.
        requested: i64,
    },
    /// There would be more than are counted.
    #[error("that is more stock than can be counted")]
    TooMuchStock,
    /// A product keeps its currency.
    #[error("the currency of a product can't change")]
    CurrencyChange,
    /// It was changed since the caller looked at it.
    #[error("the product was changed meanwhile")]
    VersionMismatch,
    /// The new price doesn't fit the product's currency.
    #[error("the price {0}")]
    Price(Invalid),
}

impl Fault for ProductError {
    fn kind(&self) -> Kind {
        match self {
            Self::Deleted => Kind::NotFound,
            Self::VersionMismatch => Kind::Stale,
            Self::Price(_) => Kind::Invalid,
            Self::AlreadyActive
            | Self::AlreadyInactive
            | Self::Inactive
            | Self::InsufficientStock { .. }
            | Self::TooMuchStock
            | Self::CurrencyChange => Kind::Conflict,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Deleted => "product_not_found",
            Self::AlreadyActive => "already_active",
            Self::AlreadyInactive => "already_inactive",
            Self::Inactive => "product_inactive",
            Self::InsufficientStock { .. } => "insufficient_stock",
            Self::TooMuchStock => "too_much_stock",
            Self::CurrencyChange => "currency_change",
            Self::VersionMismatch => "version_mismatch",
            Self::Price(_) => "invalid_price",
        }
        .into()
    }

    fn details(&self) -> Vec<(&'static str, serde_json::Value)> {
        match *self {
            Self::InsufficientStock { available, requested } => {
                vec![("available", available.into()), ("requested", requested.into())]
            }
            _ => Vec::new(),
        }
    }
}
