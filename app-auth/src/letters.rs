//! What we write to people, in the languages they read.
use chrono::TimeDelta;
use domain_auth::LoginCode;
use domain_shared::{Block, Email, Language, Letter};

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
