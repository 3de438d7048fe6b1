//! What is asked of whoever starts the services, and refused.
use std::process::Stdio;

use adapters::jwt::JwtKeys;

use super::{
    leftovers::Database,
    place::free_port,
    world::{Running, Stores, World},
};

/// A setting, others to go with it, and a bad value of it or none at all.
type BadSetting<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<&'a str>);

#[tokio::test(flavor = "multi_thread")]
async fn lif_04_a_bad_setting_stops_the_start_and_is_named_without_its_value() {
    let world = World::prepare(Stores::Sqlite, &[]).await;
    let production = [
        ("ENVIRONMENT", "production"),
        ("BCRYPT_COST", "12"),
        ("SECRET_KEY", "k3v9-Zq1x-77Tb-pLw2-mmN8-0aSd-fGh4"),
    ];
    let cases: &[BadSetting] = &[
        ("AUTH_PORT", &[], Some("hunter22")),
        ("AUTH_DATABASE_URL", &[], Some("mysql://u:hunter22@h/db")),
        ("DATABASE_URL", &[], Some("sqlite:hunter22.db")),
        ("SECRET_KEY", &[], Some("hunter22")),
        ("SECRET_KEY", &[], Some("your-secret-key-change-in-production-0123")),
        ("PASSWORD_KEY", &[], Some("hunter22-hunter22")),
        ("ENVIRONMENT", &[], Some("hunter22")),
        ("BCRYPT_COST", &[], Some("31")),
        ("BCRYPT_COST", &production, Some("4")),
        ("REFRESH_GRACE_SECONDS", &[], Some("301")),
        ("RESET_CODE_EXPIRE_MINUTES", &[], Some("16")),
        ("SESSION_IDLE_DAYS", &[], Some("0")),
        ("LOG_LEVEL", &[], Some("=,hunter22[")),
        ("AUTH_DATABASE_URL", &[], Some("postgres://u:hunter22@h/db?sslmode=require")),
        ("PRODUCT_DATABASE_URL", &[], Some("sqlite://hunter22/a.db")),
        ("PRODUCT_REPLICA_URL", &[], Some("postgres://u:hunter22@h/db")),
        ("ALLOWED_ORIGINS", &[], Some("*")),
        ("MAIL_STARTTLS", &[], Some("hunter22")),
        ("JWT_PRIVATE_KEY_FILE", &[], Some("/no/such/hunter22")),
        ("JWT_ALGORITHM", &[], Some("none")),
        ("JWT_SECRET_KEY", &[("JWT_ALGORITHM", "HS256")], Some("hunter22-hunter22")),
        ("JWT_KEY_LEAD_SECONDS", &[], Some("0")),
        ("SERVICE_REGISTRY", &[], Some("zookeeper://hunter22")),
        ("SERVICE_REGISTRY_TOKEN_FILE", &[("SERVICE_REGISTRY", "consul://c")], Some("/no/such/hunter22")),
        ("ADVERTISE_ADDRESS", &[("SERVICE_REGISTRY", "consul://c")], Some("http://hunter22")),
        ("MAIL_PASSWORD", &[("MAIL_SERVER", "localhost"), ("MAIL_USERNAME", "u")], None),
        ("SECRET_KEY", &production, None),
        ("JWT_PRIVATE_KEY_FILE", &production, None),
        ("PRODUCT_WRITE_ACCESS", &[("HOST", "0.0.0.0")], Some("public")),
    ];
    for (name, more, value) in cases {
        let mut command = world.command("panal");
        command.envs(more.iter().copied()).env_remove(name).stderr(Stdio::piped()).stdout(Stdio::piped());
        if let Some(value) = value {
            command.env(name, value);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!output.status.success(), "{name}={value:?}: it started");
        assert!(said.contains(name), "{name}={value:?} isn't named: {said}");
        assert!(
            value.is_none_or(|value| value.len() < 7 || !said.contains(value)),
            "{name}: the value is shown: {said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_production_each_service_asks_only_for_what_is_its_own() {
    let world = World::prepare(Stores::Postgres, &[]).await;
    let keys = JwtKeys::generate().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (private, public) = (file("private.pem", &keys.private_pem), file("public.pem", &keys.public_pem));
    let stranger = file("stranger.pem", &JwtKeys::generate().unwrap().public_pem);
    let database = Database::fresh().await;
    let secret = "k3v9-Zq1x-77Tb-pLw2-mmN8-0aSd-fGh4";
    let service = |program: &str, own: &[(&str, &str)]| {
        let mut command = world.command(program);
        command.env_remove("DATABASE_URL").env_remove("BCRYPT_COST");
        command.envs([("ENVIRONMENT", "production"), ("HOST", "0.0.0.0")]).envs(own.iter().copied());
        command
    };
    let auth = [
        ("AUTH_DATABASE_URL", database.url.as_str()),
        ("SECRET_KEY", secret),
        ("JWT_PRIVATE_KEY_FILE", private.as_str()),
    ];
    let product = [("PRODUCT_DATABASE_URL", database.url.as_str()), ("JWT_PUBLIC_KEY_FILE", public.as_str())];
    let _auth = Running::start(&mut service("auth-service", &auth));
    let _product = Running::start(&mut service("product-service", &product));
    world.ready(&world.auth).await;
    world.ready(&world.product).await;
    let mismatched = [&auth[..], &[("JWT_PUBLIC_KEY_FILE", &stranger)]].concat();
    let refused = service("auth-service", &mismatched).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        !refused.status.success() && said.contains("JWT_PUBLIC_KEY_FILE"),
        "a key of another pair: {said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn in_production_migrating_takes_the_database_and_nothing_else() {
    let world = World::prepare(Stores::Postgres, &[]).await;
    let database = Database::fresh().await;
    for (program, setting) in [
        ("auth-service", "AUTH_DATABASE_URL"),
        ("product-service", "PRODUCT_DATABASE_URL"),
        ("panal", "DATABASE_URL"),
    ] {
        let mut command = world.command(program);
        command.env_clear().arg("migrate").env("ENVIRONMENT", "production").env("HOST", "0.0.0.0");
        let refused = command.output().unwrap();
        assert!(
            !refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("DATABASE_URL")
        );
        let done = command.env(setting, &database.url).output().unwrap();
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_file_stands_below_environment_and_flags() {
    let world = World::prepare(Stores::Memory, &[]).await;
    let (from_file, from_env) = (free_port(), free_port());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("panal.toml");
    std::fs::write(
        &file,
        format!("host = \"localhost\"\nauth_port = {from_file}\nproduct_port = {from_file}\n"),
    )
    .unwrap();
    let mut command = world.command("panal");
    command.env_remove("AUTH_PORT").env("PRODUCT_PORT", from_env.to_string()).arg("--config").arg(&file);
    let mut running = command.stdout(Stdio::null()).spawn().unwrap();
    world.ready(&format!("http://127.0.0.1:{from_file}")).await;
    world.ready(&format!("http://127.0.0.1:{from_env}")).await;
    running.kill().unwrap();
    running.wait().unwrap();

    std::fs::write(&file, "no_such_setting = 1\n").unwrap();
    let refused = world.command("panal").arg("--config").arg(&file).stderr(Stdio::piped()).output().unwrap();
    assert!(
        !refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("no_such_setting")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn help_names_every_setting() {
    let world = World::prepare(Stores::Memory, &[]).await;
    for program in ["panal", "auth-service", "product-service"] {
        let help = world.command(program).arg("--help").stdout(Stdio::piped()).output().unwrap();
        let text = String::from_utf8(help.stdout).unwrap();
        assert!(
            help.status.success() && text.contains("SECRET_KEY") && text.contains("migrate"),
            "{program}: {text}"
        );
    }
}
