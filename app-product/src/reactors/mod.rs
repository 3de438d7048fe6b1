//! What happens because something else has happened.
mod low_stock_mail;

pub use low_stock_mail::LowStockMail;
