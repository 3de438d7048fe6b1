use std::borrow::Cow;

use domain_product::ProductError;
use domain_shared::{ChangeError, EventDecodeError, Fault, Invalid, Kind, StoreError};

/// Why a product use case didn't go through.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no such product, or the caller may not see it.
    #[error("there is no such product")]
    ProductNotFound,
    /// The product refuses.
    #[error(transparent)]
    Product(#[from] ProductError),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log holds an event this version can't read.
    #[error(transparent)]
    Log(#[from] EventDecodeError),
}

impl Fault for AppError {
    fn kind(&self) -> Kind {
        match self {
            Self::ProductNotFound => Kind::NotFound,
            Self::Product(e) => e.kind(),
            Self::Store(e) => e.kind(),
            Self::Log(_) => Kind::Unavailable,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::ProductNotFound => "product_not_found".into(),
            Self::Product(e) => e.code(),
            Self::Store(e) => e.code(),
            Self::Log(_) => "unavailable".into(),
        }
    }

    fn details(&self) -> Vec<(&'static str, serde_json::Value)> {
        match self {
            Self::Product(e) => e.details(),
            _ => Vec::new(),
        }
    }

    fn invalid_field(&self) -> Option<(&'static str, Invalid)> {
        match self {
            Self::Product(ProductError::Price(rule)) => Some(("price", *rule)),
            _ => None,
        }
    }
}

impl From<ChangeError<ProductError>> for AppError {
    fn from(error: ChangeError<ProductError>) -> Self {
        match error {
            ChangeError::Refused(e) => Self::Product(e),
            ChangeError::Store(e) => Self::Store(e),
        }
    }
}
