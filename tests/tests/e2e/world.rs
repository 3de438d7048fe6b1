//! The services as processes of their own, with their own data, ended with the test.
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use reqwest::Client;
use tempfile::TempDir;

use super::{
    actions::Session,
    leftovers::{Database, Exchange},
    listeners::product_service_listens,
    mails::Mails,
    place::{BINARIES, free_port, required, smtp_settings},
};

/// Which store the services run on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stores {
    Memory,
    Sqlite,
    Postgres,
}

pub struct World {
    pub stores: Stores,
    pub auth: String,
    pub product: String,
    pub mails: Mails,
    pub client: Client,
    pub env: Vec<(String, String)>,
    running: Mutex<Vec<Running>>,
    folder: TempDir,
    /// Gone when the processes are.
    _shared: Option<(Database, Exchange)>,
}

/// A process that is killed when dropped.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Running {
    /// Runs `command`, its output unread.
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::null()).spawn().unwrap())
    }

    /// Kills it, if it is still there.
    pub fn kill(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// Sends SIGTERM and gives the exit code.
    pub fn terminate(&mut self) -> Option<i32> {
        let pid = self.0.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.0.wait().unwrap().code()
    }
}

pub const PASSWORD: &str = "correct horse";
pub const SUPERUSER: &str = "root";

impl World {
    /// Services where writes need the scope `products:write`, which nobody has unless granted.
    pub async fn start(stores: Stores) -> Self {
        let world = Self::prepare(stores, &[]).await;
        world.run_all().await;
        world
    }

    /// A world that hasn't started yet, with settings besides the usual.
    pub async fn prepare(stores: Stores, settings: &[(&str, &str)]) -> Self {
        let (auth_port, product_port) = (free_port(), free_port());
        let folder = TempDir::new().unwrap();
        let mut env = vec![
            ("DATA_DIR".to_owned(), folder.path().display().to_string()),
            ("AUTH_PORT".to_owned(), auth_port.to_string()),
            ("PRODUCT_PORT".to_owned(), product_port.to_string()),
            ("BCRYPT_COST".to_owned(), "4".to_owned()),
            ("PRODUCT_WRITE_ACCESS".to_owned(), "scope".to_owned()),
            ("DEFAULT_SCOPES".to_owned(), String::new()),
            ("ALLOWED_ORIGINS".to_owned(), "https://shop.example.com".to_owned()),
            ("STOCK_ALERT_RECIPIENTS".to_owned(), "buyer@example.com".to_owned()),
        ];
        let mut shared = None;
        let mails = match stores {
            Stores::Memory => {
                env.push(("DATABASE_URL".to_owned(), "memory:".to_owned()));
                Mails::Folder(folder.path().join("mail"))
            }
            Stores::Sqlite => Mails::Folder(folder.path().join("mail")),
            Stores::Postgres => {
                let (database, exchange) = (Database::fresh().await, Exchange::fresh());
                env.push(("DATABASE_URL".to_owned(), database.url.clone()));
                env.extend(smtp_settings());
                env.push(("AMQP_URL".to_owned(), required("TEST_AMQP_URL")));
                env.push(("AMQP_EXCHANGE".to_owned(), exchange.name.clone()));
                shared = Some((database, exchange));
                Mails::Maildir(required("TEST_MAILDIR").into())
            }
        };
        env.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self {
            stores,
            auth: format!("http://127.0.0.1:{auth_port}"),
            product: format!("http://127.0.0.1:{product_port}"),
            mails,
            client: Client::builder().timeout(Duration::from_secs(30)).build().unwrap(),
            env,
            running: Mutex::new(Vec::new()),
            folder,
            _shared: shared,
        }
    }

    /// Starts both services, in one process or, on Postgres, in two, and waits until they are ready. Where there are two,
    /// product-service comes second, so that it finds the keys of tokens at once.
    pub async fn run_all(&self) {
        match self.stores {
            Stores::Memory => self.running(self.with_superuser("panal", &["--then-serve"])),
            Stores::Sqlite => self.running(self.spawn("panal", &[])),
            Stores::Postgres => {
                self.running(self.spawn("auth-service", &[]));
                self.ready(&self.auth).await;
                self.running(self.spawn("product-service", &[]));
            }
        }
        self.ready(&self.auth).await;
        self.ready(&self.product).await;
        if self.stores == Stores::Postgres && self.setting("AMQP_URL").is_some() {
            product_service_listens(self).await;
        }
    }

    fn running(&self, started: Running) {
        self.running.lock().unwrap().push(started);
    }

    /// Starts both services as `run_all` does, all that each says in a file of `folder`; tells which.
    pub async fn run_all_into(&self, folder: &Path) -> Vec<PathBuf> {
        let programs: &[(&str, &str)] = if self.stores == Stores::Postgres {
            &[("auth-service", &self.auth), ("product-service", &self.product)]
        } else {
            &[("panal", &self.product)]
        };
        let mut files = Vec::new();
        for (program, address) in programs {
            let path = folder.join(format!("{program}.log"));
            let file = File::create(&path).unwrap();
            let mut command = self.command(program);
            let child = command.stderr(file.try_clone().unwrap()).stdout(file).spawn().unwrap();
            self.running(Running(child));
            self.ready(address).await;
            files.push(path);
        }
        self.ready(&self.auth).await;
        files
    }

    /// Whether what it knows is still there after a restart.
    pub fn outlives_its_process(&self) -> bool {
        self.stores != Stores::Memory
    }

    /// Ends both services with SIGTERM; each must exit with 0.
    pub fn stop_all(&self) {
        for mut running in self.running.lock().unwrap().drain(..) {
            assert_eq!(running.terminate(), Some(0), "SIGTERM drains and exits with 0");
        }
    }

    /// The address of the database, on Postgres.
    pub fn database(&self) -> &str {
        &self.env.iter().find(|(name, _)| name == "DATABASE_URL").unwrap().1
    }

    /// Kills both services with SIGKILL.
    pub fn kill_all(&self) {
        self.running.lock().unwrap().clear();
    }

    /// Starts a program of ours in this world.
    pub fn spawn(&self, program: &str, more_env: &[(&str, &str)]) -> Running {
        Running::start(self.command(program).envs(more_env.iter().copied()))
    }

    /// A program of ours with this world's settings and no others.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(BINARIES.join(program));
        command
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path());
        command.stdin(Stdio::null());
        command
    }

    /// What a setting is in this world.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.env.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub async fn ready(&self, service: &str) {
        eventually("the service is ready", async || {
            let answer = self.client.get(format!("{service}/health/ready")).send().await;
            answer.is_ok_and(|answer| answer.status() == 200)
        })
        .await;
    }

    /// The session of a superuser, made on the command line. On memory that was done at the start, since no other
    /// process sees that store.
    pub async fn superuser(&self) -> Session {
        if self.stores != Stores::Memory {
            let mut made = self.with_superuser("auth-service", &[]);
            assert!(made.0.wait().unwrap().success(), "create-superuser");
        }
        self.sign_in(SUPERUSER).await
    }

    fn with_superuser(&self, program: &str, more: &[&str]) -> Running {
        let mut command = self.command(program);
        command.args([
            "create-superuser",
            "--email",
            &self.address(SUPERUSER),
            "--username",
            SUPERUSER,
            "--password-stdin",
        ]);
        let mut child = command.args(more).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
        Running(child)
    }
}

/// Waits until `condition` holds, half a minute at most.
pub async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < Duration::from_secs(30), "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
