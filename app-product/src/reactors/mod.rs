//! What happens because something else has happened.
mod low_stock_mail;
mod revoke_tokens;

pub use low_stock_mail::LowStockMail;
pub use revoke_tokens::RevokeTokens;
