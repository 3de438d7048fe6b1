//! Who calls us: HTTP and the command line, the configuration, and the place where everything is wired.
//!
//! `config` reads the settings, `compose` turns them into adapters behind the ports, `http` and `command` are the two
//! ways in, `serve` runs them, and `meters` counts what they do. The three programs in `bin` only say which services they run.
pub mod command;
pub mod compose;
pub mod config;
mod door;
pub mod http;
pub mod meters;
mod serve;
mod terminal;

pub use serve::{Service, serve};
