//! What a user can do, or have done to them: each decides and records.
use chrono::{DateTime, Utc};
use domain_shared::{Aggregate, Context, Expected, Scopes};

use super::{PasswordRenewal, Registration, User, UserError, UserEvent, UserId, UserState};
use crate::{FullName, PasswordHash, PhoneNumber, SessionId};

/// What a user may change about themselves: `None` keeps, `Some(None)` clears.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// What people call them.
    pub full_name: Option<Option<FullName>>,
    /// Where they can be called.
    pub phone_number: Option<Option<PhoneNumber>>,
}

impl User {
    /// Opens an account.
    #[must_use]
    pub fn register(
        id: UserId,
        registration: Registration,
        password: PasswordHash,
        context: &Context,
    ) -> Self {
        let state = UserState::registered(&registration, context.at);
        let mut user = Self::restore(id, state, password, 0);
        user.record(UserEvent::Registered(registration), context);
        user
    }

    /// Signs in with a password that was proved at `proved_at`.
    ///
    /// # Errors
    /// [`UserError::Inactive`]; [`UserError::PasswordChangedMeanwhile`] if the password that was proved is no longer
    /// the user's.
    pub fn log_in(&mut self, proved_at: DateTime<Utc>, context: &Context) -> Result<(), UserError> {
        self.must_be_active()?;
        if proved_at < self.password_changed_at {
            return Err(UserError::PasswordChangedMeanwhile);
        }
        self.record(UserEvent::LoggedIn {}, context);
        Ok(())
    }

    /// Changes what people see of the user. Records nothing if nothing changes.
    ///
    /// # Errors
    /// [`UserError::Inactive`].
    pub fn update_profile(&mut self, profile: Profile, context: &Context) -> Result<(), UserError> {
        self.must_be_active()?;
        let full_name = profile.full_name.unwrap_or_else(|| self.full_name.clone());
        let phone_number = profile.phone_number.unwrap_or_else(|| self.phone_number.clone());
        if (&full_name, &phone_number) != (&self.full_name, &self.phone_number) {
            self.record(UserEvent::ProfileUpdated { full_name, phone_number }, context);
        }
        Ok(())
    }

    /// Replaces the password `old`, which the caller has checked, by `new`; every session but `kept_session` is over.
    ///
    /// # Errors
    /// [`UserError::Inactive`]; [`UserError::PasswordChangedMeanwhile`] if `old` is no longer the user's, so that of
    /// two changes from one old password only one succeeds.
    pub fn change_password(
        &mut self,
        old: &PasswordHash,
        new: PasswordHash,
        kept_session: Option<SessionId>,
        context: &Context,
    ) -> Result<(), UserError> {
        self.must_be_active()?;
        if *old != self.password {
            return Err(UserError::PasswordChangedMeanwhile);
        }
        self.password = new;
        let how = Some(PasswordRenewal::Change);
        self.record(UserEvent::PasswordChanged { kept_session, how }, context);
        Ok(())
    }

    /// Asks for a code to set another password with.
    ///
    /// # Errors
    /// [`UserError::Inactive`].
    pub fn request_password_reset(&mut self, context: &Context) -> Result<(), UserError> {
        self.must_be_active()?;
        self.record(UserEvent::PasswordResetRequested {}, context);
        Ok(())
    }

    /// Replaces a forgotten password by `new`, on the strength of a code that was asked for at `requested_at`; every
    /// session is over.
    ///
    /// # Errors
    /// [`UserError::Inactive`]; [`UserError::PasswordChangedMeanwhile`] if another password was set since the code was
    /// asked for.
    pub fn reset_password(
        &mut self,
        requested_at: DateTime<Utc>,
        new: PasswordHash,
        context: &Context,
    ) -> Result<(), UserError> {
        self.must_be_active()?;
        if requested_at < self.password_changed_at {
            return Err(UserError::PasswordChangedMeanwhile);
        }
        self.password = new;
        let how = Some(PasswordRenewal::Reset);
        self.record(UserEvent::PasswordChanged { kept_session: None, how }, context);
        Ok(())
    }

    /// Keeps `new` of the same password instead of `old`, of which the caller has checked that it is the password's.
    /// Nobody has to sign in again.
    ///
    /// # Errors
    /// [`UserError::Inactive`]; [`UserError::PasswordChangedMeanwhile`] if `old` is no longer the user's, so that an old
    /// password never comes back.
    pub fn rehash_password(
        &mut self,
        old: &PasswordHash,
        new: PasswordHash,
        context: &Context,
    ) -> Result<(), UserError> {
        self.must_be_active()?;
        if *old != self.password {
            return Err(UserError::PasswordChangedMeanwhile);
        }
        self.password = new;
        self.record(UserEvent::PasswordRehashed {}, context);
        Ok(())
    }

    /// Lets the user sign in again.
    ///
    /// # Errors
    /// [`UserError::AlreadyActive`]; [`UserError::Erased`].
    pub fn activate(&mut self, context: &Context) -> Result<(), UserError> {
        if self.is_erased() {
            return Err(UserError::Erased);
        }
        if self.is_active {
            return Err(UserError::AlreadyActive);
        }
        self.record(UserEvent::Activated {}, context);
        Ok(())
    }

    /// Keeps the user out until further notice.
    ///
    /// # Errors
    /// [`UserError::AlreadyInactive`].
    pub fn deactivate(&mut self, context: &Context) -> Result<(), UserError> {
        if !self.is_active {
            return Err(UserError::AlreadyInactive);
        }
        self.record(UserEvent::Deactivated {}, context);
        Ok(())
    }

    /// Forgets who the user is, for good: what is left is an id that nobody can sign in with. Records nothing if that
    /// has happened already.
    ///
    /// # Errors
    /// None at present.
    pub fn erase(&mut self, context: &Context) -> Result<(), UserError> {
        if !self.is_erased() {
            self.password = PasswordHash::unusable();
            self.record(UserEvent::Erased {}, context);
        }
        Ok(())
    }

    /// Ends every session the user has.
    ///
    /// # Errors
    /// None at present.
    pub fn sign_out_everywhere(&mut self, context: &Context) -> Result<(), UserError> {
        self.record(UserEvent::SignedOutEverywhere {}, context);
        Ok(())
    }

    /// Sets what the user may do besides what everyone may. Records nothing if nothing changes.
    ///
    /// # Errors
    /// None at present.
    pub fn set_scopes(&mut self, scopes: Scopes, context: &Context) -> Result<(), UserError> {
        if scopes != self.scopes {
            self.record(UserEvent::ScopesChanged { scopes }, context);
        }
        Ok(())
    }

    /// Refuses to go on if the caller looked at another version.
    ///
    /// # Errors
    /// [`UserError::VersionMismatch`].
    pub fn must_be_at(&self, expected: &Expected) -> Result<(), UserError> {
        if self.is_at(expected) { Ok(()) } else { Err(UserError::VersionMismatch) }
    }

    const fn must_be_active(&self) -> Result<(), UserError> {
        if self.state.is_active { Ok(()) } else { Err(UserError::Inactive) }
    }
}
