use domain_auth::{
    Activity, LoginCodeGenerator, LoginCodes, PasswordHasher, PersonalData, RefreshTokens, SecurityLog,
    SessionRepository, TokenSigner, UserDirectory, UserHistory, UserRepository,
};
use domain_shared::{Clock, EventLog, IdGenerator, Mailer, Throttle, TokenVerifier};

domain_shared::ports! {
    /// Everything the auth use cases ask of the outside world.
    {
        /// Where users are kept.
        users: Users: UserRepository,
        /// Users, as lists show them.
        directory: Directory: UserDirectory,
        /// What happened to them.
        history: History: UserHistory,
        /// What they have done lately.
        activity: Doings: Activity,
        /// Where sessions are kept.
        sessions: Sessions: SessionRepository,
        /// The challenges that wait for their code.
        codes: Codes: LoginCodes,
        /// What happened.
        log: Log: EventLog,
        /// Derives the codes.
        code_generator: CodeGenerator: LoginCodeGenerator,
        /// Hashes passwords.
        hasher: Hasher: PasswordHasher,
        /// Signs access tokens.
        signer: Signer: TokenSigner,
        /// Checks access tokens.
        verifier: Verifier: TokenVerifier,
        /// Derives refresh tokens.
        refresh_tokens: Refresh: RefreshTokens,
        /// Counts how often things are done.
        throttle: Limiter: Throttle,
        /// Sends e-mail.
        mailer: Mail: Mailer,
        /// Tells the time.
        clock: Time: Clock,
        /// Makes ids.
        ids: Ids: IdGenerator,
        /// What is kept about people, to be handed out and to be forgotten.
        people: People: PersonalData,
        /// Where security-relevant acts are written down that change nothing else.
        security: Security: SecurityLog,
    }
}
