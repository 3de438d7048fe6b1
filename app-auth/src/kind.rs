use domain_auth::Throttled;

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Registrations from a place.
    Registration,
    /// Registrations of a name, where they don't tell whose the address is.
    Name,
    /// Mails that tell the owner of an address of a registration.
    OwnerMail,
    /// Passwords tried from a place.
    LoginPlace,
    /// Wrong passwords.
    Password(Whose),
    /// Wrong passwords of somebody who is signed in.
    OldPassword,
    /// Codes tried from a place.
    CodePlace,
    /// Wrong codes.
    Code(Whose),
    /// Mails with codes that complete a login.
    CodeMail(Whose),
    /// Mails with such codes that are sent again.
    ResendMail(Whose),
    /// Codes asked for again from a place.
    ResendPlace,
    /// Refreshes of a session.
    Refresh,
    /// Refresh tokens that are none, from a place.
    RefreshPlace,
    /// Codes to reset a password asked for from a place.
    ForgotPlace,
    /// Mails with codes to reset a password.
    ResetMail(Whose),
    /// Codes to reset a password tried from a place.
    ResetPlace,
    /// Wrong codes to reset a password.
    ResetCode(Whose),
}

/// Whose times are counted together, where what a stranger does is at the cost of somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Everybody's from whose place the user hasn't signed in lately.
    Anybodys,
    /// Those from one place where the user has.
    Known,
}

impl Kind {
    /// The name of its buckets, in the store and in metrics.
    pub(crate) const fn bucket(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Name => "name",
            Self::OwnerMail => "owner-mail",
            Self::LoginPlace => "login-place",
            Self::Password(Whose::Anybodys) => "password",
            Self::Password(Whose::Known) => "password-known",
            Self::OldPassword => "old-password",
            Self::CodePlace => "code-place",
            Self::Code(Whose::Anybodys) => "code",
            Self::Code(Whose::Known) => "code-known",
            Self::CodeMail(Whose::Anybodys) => "code-mail",
            Self::CodeMail(Whose::Known) => "code-mail-known",
            Self::ResendMail(Whose::Anybodys) => "resend-mail",
            Self::ResendMail(Whose::Known) => "resend-mail-known",
            Self::ResendPlace => "resend-place",
            Self::Refresh => "refresh",
            Self::RefreshPlace => "refresh-place",
            Self::ForgotPlace => "forgot-place",
            Self::ResetMail(Whose::Anybodys) => "reset-mail",
            Self::ResetMail(Whose::Known) => "reset-mail-known",
            Self::ResetPlace => "reset-place",
            Self::ResetCode(Whose::Anybodys) => "reset-code",
            Self::ResetCode(Whose::Known) => "reset-code-known",
        }
    }

    /// What somebody does who takes one time of it, as the audit says it.
    pub(crate) const fn act(self) -> Throttled {
        match self {
            Self::Registration | Self::Name | Self::OwnerMail => Throttled::Register,
            Self::LoginPlace | Self::Password(_) | Self::OldPassword | Self::CodeMail(_) => Throttled::Login,
            Self::CodePlace | Self::Code(_) => Throttled::Code,
            Self::ResendMail(_) | Self::ResendPlace => Throttled::Resend,
            Self::Refresh | Self::RefreshPlace => Throttled::Refresh,
            Self::ForgotPlace | Self::ResetMail(_) | Self::ResetPlace | Self::ResetCode(_) => {
                Throttled::PasswordReset
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_completes_a_login_is_part_of_it_and_a_code_is_an_act_of_its_own() {
        assert_eq!(Kind::CodeMail(Whose::Anybodys).act(), Throttled::Login);
        assert_eq!(Kind::Code(Whose::Known).act(), Throttled::Code);
        assert_eq!(Kind::ResetMail(Whose::Known).act(), Throttled::PasswordReset);
    }
}
