//! What we write to people, in the languages they read.
use chrono::{DateTime, TimeDelta, Utc};
use domain_auth::LoginCode;
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
pub fn password_changed(to: Email, language: Language, at: DateTime<Utc>) -> Letter {
    let (subject, lines) = match language {
        Language::En => (
            "Your password was changed",
            [
                format!("The password of your account was changed on {}.", written(at)),
                "If it wasn't you, set a new one now and look at your sessions.".to_owned(),
            ],
        ),
        Language::Es => (
            "Tu contraseña ha cambiado",
            [
                format!("La contraseña de tu cuenta se cambió el {}.", written(at)),
                "Si no lo hiciste tú, pon ahora otra nueva y revisa tus sesiones.".to_owned(),
            ],
        ),
    };
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

/// A time as people read it anywhere.
fn written(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
