//! Who may come in: users, the codes they prove themselves with, and the sessions they get.
//!
//! To add a rule about a value, edit its file. To add something that can happen to a user or a session, add an event
//! to `event.rs`, its effect to `apply`, and the command that decides it beside the others.
mod challenge;
mod full_name;
mod guesser;
mod password;
mod personal;
mod phone_number;
mod ports;
mod projections;
mod refresh_token;
mod security;
mod session;
mod token_key;
mod user;
mod username;

pub use challenge::{Challenge, CodePurpose, LoginCode};
pub use full_name::FullName;
pub use guesser::{Guesser, Tries};
pub use password::{Password, PasswordAttempt, PasswordHash};
pub use personal::{asker, personal};
pub use phone_number::PhoneNumber;
pub use ports::{
    Activity, HashError, LoginCodeGenerator, LoginCodes, PasswordHasher, PendingCode, PersonalData,
    RefreshTokens, Resend, SecurityLog, SessionRepository, TokenKeys, TokenSigner, UserDirectory, UserFilter,
    UserHistory, UserRepository,
};
pub use projections::{ActivityRow, UserActivity};
pub use refresh_token::RefreshToken;
pub use security::{LoginFailure, SecurityEvent, Throttled};
pub use session::{EndReason, Session, SessionError, SessionEvent, SessionId, SessionRules, SessionState};
pub use token_key::{TokenAlgorithm, TokenKey, UnknownAlgorithm};
pub use user::{PasswordRenewal, Profile, Registration, User, UserError, UserEvent, UserId, UserState};
pub use username::Username;
