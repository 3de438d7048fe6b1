//! What services need and don't find at the start: some of it will come, some won't, and each is told.
use std::{
    fs::File,
    net::TcpListener as Taken,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use super::{
    mails::Mails,
    place::{free_port, required},
    world::{Running, Stores, World, eventually},
};

/// Starts `command` with all that it says in `file`.
fn into(command: &mut Command, file: &Path) -> Running {
    Running::start(command.stderr(File::create(file).unwrap()))
}

fn lines_with(file: &Path, text: &str) -> usize {
    std::fs::read_to_string(file).unwrap().lines().filter(|line| line.contains(text)).count()
}

/// What is said by a start that fails, and after how long.
fn refused(command: &mut Command) -> (String, Duration) {
    let began = Instant::now();
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
    assert!(!output.status.success(), "it started");
    (String::from_utf8(output.stderr).unwrap(), began.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_will_not_have_us_is_told_at_once() {
    let world = World::prepare(Stores::Postgres, &[]).await;
    let url = world.database().to_owned();
    let (user, at) = url.split_once("://").unwrap().1.split_once('@').unwrap();
    let name = user.split(':').next().unwrap();
    for (url, expected) in [
        (format!("postgres://{name}:hunter22@{at}"), "password"),
        (format!("postgres://nobody:hunter22@{at}"), "nobody"),
        (url.replace(at.rsplit('/').next().unwrap(), "no_such_database"), "no_such_database"),
    ] {
        let (said, after) = refused(world.command("auth-service").env("DATABASE_URL", &url));
        assert!(said.contains("won't have us") && said.contains(expected), "{said}");
        assert!(said.contains(at.split('/').next().unwrap()), "which server isn't said: {said}");
        assert!(!said.contains("hunter22"), "{said}");
        assert!(after < Duration::from_secs(10), "{after:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_late_is_waited_for() {
    let world = World::prepare(Stores::Postgres, &[]).await;
    let (before, rest) = world.database().split_once('@').unwrap();
    let (address, name) = rest.split_once('/').unwrap();
    let port = free_port();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let url = format!("{before}@127.0.0.1:{port}/{name}");
    let _running = into(world.command("auth-service").env("DATABASE_URL", &url), &log);
    eventually("it says what it waits for", async || {
        lines_with(&log, "waiting for the database") > 0
            && lines_with(&log, &format!("127.0.0.1:{port}/{name}")) > 0
    })
    .await;
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let address = address.to_owned();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut far = TcpStream::connect(&address).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut near, &mut far).await });
        }
    });
    world.ready(&world.auth).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_somebody_has_is_named() {
    let world = World::prepare(Stores::Memory, &[]).await;
    let taken = Taken::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let (said, _) = refused(world.command("panal").env("PRODUCT_PORT", address.port().to_string()));
    assert!(said.contains(&address.to_string()) && said.contains("another process"), "{said}");
}

/// How auth-service says the broker is.
async fn broker(world: &World) -> String {
    let answer = world.client.get(format!("{}/health/ready", world.auth)).send().await;
    let Ok(answer) = answer else { return String::new() };
    let state: serde_json::Value = answer.json().await.unwrap();
    format!("{} {}", state["status"].as_str().unwrap(), state["dependencies"]["broker"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_refuses_us_is_told_once_and_one_that_answers_is_known_to() {
    let world = World::prepare(Stores::Postgres, &[]).await;
    let well = world.spawn("auth-service", &[]);
    eventually("nothing was sent to it, but it is up", async || broker(&world).await == "ready up").await;
    drop(well);

    let at = required("TEST_AMQP_URL").split_once('@').unwrap().1.to_owned();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let url = format!("amqp://guest:hunter22@{at}");
    let mut running = into(world.command("auth-service").env("AMQP_URL", &url), &log);
    eventually("it is refused", async || broker(&world).await == "degraded down").await;
    eventually("that is told", async || lines_with(&log, "ACCESS_REFUSED") > 0).await;
    assert_eq!(world.register("ada").await.status(), 201, "all else goes on");
    running.terminate();
    assert_eq!(lines_with(&log, "won't have us"), 1, "whoever else knocks, it is told once");
    assert!(lines_with(&log, "ACCESS_REFUSED") <= 3, "{}", std::fs::read_to_string(&log).unwrap());
    assert_eq!(lines_with(&log, "hunter22"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_refused_for_good_leaves_a_trace() {
    let server = super::refusing_post::RefusingPost::open().await;
    let port = server.port.to_string();
    let settings = [("MAIL_SERVER", "127.0.0.1"), ("MAIL_PORT", &*port), ("MAIL_STARTTLS", "false")];
    let world = World::prepare(Stores::Sqlite, &settings).await;
    assert!(matches!(world.mails, Mails::Folder(_)));
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let _running = into(&mut world.command("panal"), &log);
    world.ready(&world.auth).await;
    assert_eq!(world.register("ada").await.status(), 201);
    eventually("it is told", async || lines_with(&log, "refused for good") == 1).await;
    let told = std::fs::read_to_string(&log).unwrap();
    assert!(told.contains("550") && told.contains("Welcome to Panal"), "{told}");
    assert!(!told.contains(&world.address("ada")), "not whose address it is: {told}");
}
