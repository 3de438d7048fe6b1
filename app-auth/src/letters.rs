//! What we write to people, in the languages they read.
use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::{LoginCode, PasswordRenewal};
use domain_shared::{Block, Client, Email, Language, Letter};

/// The code that completes a login.
pub fn login_code(to: Email, language: Language, code: &LoginCode, ttl: TimeDelta) -> Letter {
    let (code, minutes) = (Block::Code(code.expose().to_owned()), ttl.num_minutes().max(1));
    match language {
        Language::En => Letter {
            to,
            language,
            subject: "Your sign-in code".to_owned(),
            body: vec![
                Block::Text("This is the code to complete your sign-in:".to_owned()),
                code,
                Block::Text(format!("It works once, within {minutes} minutes.")),
                Block::Text("If it wasn't you who just signed in, change your password.".to_owned()),
            ],
        },
        Language::Es => Letter {
            to,
            language,
            subject: "Tu código de acceso".to_owned(),
            body: vec![
                Block::Text("Este es el código para completar el inicio de sesión:".to_owned()),
                code,
                Block::Text(format!("Sirve una sola vez, durante {minutes} minutos.")),
                Block::Text("Si no acabas de iniciar sesión, cambia tu contraseña.".to_owned()),
            ],
        },
    }
}

/// The code to set another password with.
pub fn reset_code(to: Email, language: Language, code: &LoginCode, ttl: TimeDelta) -> Letter {
    let (code, minutes) = (Block::Code(code.expose().to_owned()), ttl.num_minutes().max(1));
    let (subject, [intro, limits, stranger]) = match language {
        Language::En => (
            "Your code for a new password",
            [
                "This is the code to set a new password for your account:".to_owned(),
                format!("It works once, within {minutes} minutes."),
                "If it wasn't you who asked for it, leave this mail alone: without the code your \
                 password stays as it is. Give the code to nobody."
                    .to_owned(),
            ],
        ),
        Language::Es => (
            "Tu código para una contraseña nueva",
            [
                "Este es el código para poner una contraseña nueva en tu cuenta:".to_owned(),
                format!("Sirve una sola vez, durante {minutes} minutos."),
                "Si no lo pediste tú, no hagas nada: sin el código tu contraseña sigue como está. \
                 No des el código a nadie."
                    .to_owned(),
            ],
        ),
    };
    let body = vec![Block::Text(intro), code, Block::Text(limits), Block::Text(stranger)];
    Letter { to, language, subject: subject.to_owned(), body }
}

/// A greeting for a new user.
pub fn welcome(to: Email, language: Language, username: &str) -> Letter {
    let (subject, lines) = match language {
        Language::En => (
            "Welcome to Panal",
            [
                format!("Hello {username},"),
                "your account is ready. Sign in with your username and password; we then \
                 send a code to this address."
                    .to_owned(),
            ],
        ),
        Language::Es => (
            "Te damos la bienvenida a Panal",
            [
                format!("Hola, {username}:"),
                "tu cuenta está lista. Inicia sesión con tu nombre de usuario y tu \
                 contraseña; te enviaremos un código a esta dirección."
                    .to_owned(),
            ],
        ),
    };
    Letter { to, language, subject: subject.to_owned(), body: lines.map(Block::Text).into() }
}

/// A notice that somebody tried to register with an address that has an account.
pub fn address_registered(to: Email, language: Language, username: &str) -> Letter {
    let (subject, lines) = match language {
        Language::En => (
            "You already have an account",
            [
                format!(
                    "Somebody tried to register with this address, which has an account already: {username}."
                ),
                "If it was you, sign in with that name. If it wasn't, there is nothing to do: nothing has changed."
                    .to_owned(),
            ],
        ),
        Language::Es => (
            "Ya tienes una cuenta",
            [
                format!("Alguien intentó registrarse con esta dirección, que ya tiene una cuenta: {username}."),
                "Si eras tú, inicia sesión con ese nombre. Si no, no hace falta que hagas nada: nada ha cambiado."
                    .to_owned(),
            ],
        ),
    };
    Letter { to, language, subject: subject.to_owned(), body: lines.map(Block::Text).into() }
}

/// A notice that a password was changed.
pub fn password_changed(
    to: Email,
    language: Language,
    how: Option<PasswordRenewal>,
    at: DateTime<Utc>,
) -> Letter {
    let (is_reset, at) = (how == Some(PasswordRenewal::Reset), written(at));
    let (subject, what, stranger) = match language {
        Language::En => (
            "Your password was changed",
            if is_reset {
                format!(
                    "The password of your account was reset on {at}, with a code sent to this \
                     address. Every session has ended."
                )
            } else {
                format!("The password of your account was changed on {at}.")
            },
            "If it wasn't you, set a new one now and look at your sessions.",
        ),
        Language::Es => (
            "Tu contraseña ha cambiado",
            if is_reset {
                format!(
                    "La contraseña de tu cuenta se restableció el {at}, con un código enviado a \
                     esta dirección. Todas las sesiones se han cerrado."
                )
            } else {
                format!("La contraseña de tu cuenta se cambió el {at}.")
            },
            "Si no lo hiciste tú, pon ahora otra nueva y revisa tus sesiones.",
        ),
    };
    let lines = [what, stranger.to_owned()];
    Letter { to, language, subject: subject.to_owned(), body: lines.map(Block::Text).into() }
}

/// A notice that a session was started by a client that isn't known yet.
pub fn new_session(to: Email, language: Language, client: &Client, at: DateTime<Utc>) -> Letter {
    let unknown = |language| if language == Language::Es { "desconocido" } else { "unknown" };
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| unknown(language).to_owned());
    let (agent, address, at) = (shown(&client.user_agent), shown(&client.address), written(at));
    let (subject, lines) = match language {
        Language::En => (
            "New sign-in to your account",
            [
                format!("Somebody signed in to your account on {at}: {agent}, from {address}."),
                "If it wasn't you, change your password; that ends every other session.".to_owned(),
            ],
        ),
        Language::Es => (
            "Nuevo inicio de sesión en tu cuenta",
            [
                format!("Alguien inició sesión en tu cuenta el {at}: {agent}, desde {address}."),
                "Si no eras tú, cambia tu contraseña; eso cierra todas las demás sesiones.".to_owned(),
            ],
        ),
    };
    Letter { to, language, subject: subject.to_owned(), body: lines.map(Block::Text).into() }
}

/// A warning that a refresh token was used twice.
pub fn token_reuse(to: Email, language: Language, client: &Client, at: DateTime<Utc>) -> Letter {
    let unknown = |language| if language == Language::Es { "desconocido" } else { "unknown" };
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| unknown(language).to_owned());
    let (agent, address, at) = (shown(&client.user_agent), shown(&client.address), written(at));
    let (subject, lines) = match language {
        Language::En => (
            "We ended one of your sessions",
            [
                format!(
                    "A key to one of your sessions was used twice on {at}, so somebody may have a \
                     copy of it. The session had been started by {agent}, from {address}. We ended it."
                ),
                "Sign in again. If you don't know what happened, change your password; that ends \
                 every other session."
                    .to_owned(),
            ],
        ),
        Language::Es => (
            "Hemos cerrado una de tus sesiones",
            [
                format!(
                    "Una llave de una de tus sesiones se usó dos veces el {at}, así que alguien podría \
                     tener una copia. La sesión se había iniciado con {agent}, desde {address}. La hemos \
                     cerrado."
                ),
                "Vuelve a iniciar sesión. Si no sabes qué ha pasado, cambia tu contraseña; eso cierra \
                 todas las demás sesiones."
                    .to_owned(),
            ],
        ),
    };
    Letter { to, language, subject: subject.to_owned(), body: lines.map(Block::Text).into() }
}

/// A time as people read it anywhere.
fn written(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
