//! Processes die before and after each write, under load, and start again: nothing that was acknowledged is lost, nothing
//! takes effect twice, and nothing happens that was refused.
mod audit;
pub mod collector;
mod load;
mod outages;
mod points;
mod proxy;

use std::{fmt, os::unix::process::ExitStatusExt};

use futures_util::future::join_all;
use uuid::Uuid;

use self::{
    audit::Account,
    collector::Collector,
    load::{Person, Shelf, change, come_and_go, move_stock, shelves},
    points::Point,
};
use crate::{
    actions::Session,
    listeners::product_service_listens,
    mails::Mails,
    world::{Running, Stores, World, eventually},
};

/// How often there is more to do while a process doesn't die.
const ROUNDS: usize = 8;

/// A deployment that is swept, point by point.
struct Stage {
    /// The program that isn't to die, if it is one of its own.
    _other: Option<Running>,
    /// The program that is.
    victim: Running,
    collector: Option<Collector>,
    root: Session,
    /// The last to go, since the programs would make again what is cleared away with it.
    world: World,
}

impl Stage {
    /// One that hasn't begun.
    async fn world(stores: Stores) -> World {
        let buyer = format!("buyer@{}.example", Uuid::new_v4().simple());
        let mut world = World::prepare(
            stores,
            &[
                ("STOCK_ALERT_RECIPIENTS", &buyer),
                // Everybody comes from one address, and the superuser signs in all the time.
                ("REGISTRATIONS_PER_HOUR", "1000000"),
                ("SIGN_INS_PER_MINUTE", "1000000"),
                ("CODE_MAILS_PER_HOUR", "1000000"),
            ],
        )
        .await;
        // A folder of its own is read much faster than the one that all share.
        world.env.retain(|(name, _)| !name.starts_with("MAIL_"));
        world.mails = Mails::Folder(format!("{}/mail", world.setting("DATA_DIR").unwrap()).into());
        world
    }

    async fn start(world: World, victim: &str, other: Option<&str>) -> Self {
        let collector = match world.stores {
            Stores::Postgres => Some(Collector::of(&world).await),
            _ => None,
        };
        let other = other.map(|program| world.spawn(program, &[]));
        let victim = world.spawn(victim, &[]);
        world.ready(&world.auth).await;
        world.ready(&world.product).await;
        if collector.is_some() {
            product_service_listens(&world).await;
        }
        let root = world.superuser().await;
        Self { world, root, collector, _other: other, victim }
    }

    async fn restart(&mut self, program: &str, plan: &[(&str, &str)]) {
        self.victim.kill();
        self.victim = self.world.spawn(program, plan);
        self.world.ready(&self.world.auth).await;
        self.world.ready(&self.world.product).await;
    }

    /// Has the process die at `point`, starts it again, and looks what has become of everything.
    async fn sweep(&mut self, run: usize, point: &Point) -> Outcome {
        let plan = format!("{}:{}", point.name, point.nth);
        let mut shelves = shelves(&self.world, &self.root, run).await;
        self.restart(point.program, &[("PANAL_CRASH_AT", &plan)]).await;
        let mut people = Vec::new();
        // The more is done at once, the seldomer it comes by a place, so that there may have to be more to do.
        for round in 0..ROUNDS {
            let name = format!("{run}-{round}");
            let ((), more) = tokio::join!(
                move_stock(&self.world, &self.root, &mut shelves),
                come_and_go(&self.world, &name)
            );
            people.extend(more);
            if self.dies_before_all_is_done().await {
                break;
            }
        }
        self.dies(&plan).await;

        self.restart(point.program, &[]).await;
        let found = self.look(&mut shelves, &mut people).await;
        Outcome { point: *point, found }
    }

    /// Has everybody go on, and looks what has become of everything.
    async fn look(&self, shelves: &mut [Shelf], people: &mut [Person]) -> Found {
        let (world, root) = (&self.world, &self.root);
        for shelf in &mut *shelves {
            let last = change(world, root, &shelf.id, 1, format!("{} afterwards", shelf.name)).await;
            shelf.changes.push(last);
        }
        join_all(people.iter_mut().map(|person| person.go_on(world))).await;
        audit::drained(world).await;

        let (mut account, mut events) = (Account::default(), Vec::new());
        for shelf in &*shelves {
            events.extend(audit::shelf(world, shelf, &mut account).await);
        }
        for person in &*people {
            events.extend(audit::person(world, root, person, &mut account).await);
        }
        let mut deliveries = None;
        if let Some(collector) = &self.collector {
            eventually("every event is delivered", async || collector.has_all(&events)).await;
            deliveries = Some(collector.check(&events));
        }
        audit::all_are_out(world, people).await;
        let repeated_mails = audit::mails(world, shelves, people, &events).await;
        if let Some(collector) = &self.collector {
            collector.nothing_is_left(world).await;
        }
        audit::nothing_has_drifted(world);
        Found { account, events: events.len(), deliveries, repeated_mails }
    }

    /// Waits until the process has died, or there is nothing left to do for it.
    async fn dies_before_all_is_done(&mut self) -> bool {
        let (world, victim) = (&self.world, std::sync::Mutex::new(&mut self.victim));
        let is_dead = || victim.lock().unwrap().ended().is_some();
        eventually("it dies or has done everything", async || is_dead() || audit::all_is_done(world).await)
            .await;
        is_dead()
    }

    /// Waits until the process has died of its own hand.
    async fn dies(&mut self, plan: &str) {
        const SIGABRT: i32 = 6;
        let victim = std::sync::Mutex::new(&mut self.victim);
        let what = format!("it dies at {plan}");
        eventually(&what, async || victim.lock().unwrap().ended().is_some()).await;
        let status = self.victim.ended().unwrap();
        assert_eq!(status.signal(), Some(SIGABRT), "{what}: {status}");
    }
}

/// What was seen at a point.
struct Outcome {
    point: Point,
    found: Found,
}

/// What was found. That there is something to tell means that everything held.
struct Found {
    account: Account,
    events: usize,
    /// How many there were, and how many of them were repeated.
    deliveries: Option<(usize, usize)>,
    repeated_mails: usize,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Account { acknowledged, unknown, committed, refused } = self.found.account;
        let (name, program, events) = (self.point.name, self.point.program, self.found.events);
        write!(
            f,
            "| `{name}` | {program} | {acknowledged} | {unknown} | {committed} | {refused} | {events} | "
        )?;
        match self.found.deliveries {
            Some((all, again)) => write!(f, "{all} | {again}")?,
            None => write!(f, "– | –")?,
        }
        write!(f, " | {} | held |", self.found.repeated_mails)
    }
}

/// The columns of the matrix in `docs/reliability.md`.
const COLUMNS: &str = "\
| dies at | program | acknowledged | unknown | committed | refused | events | deliveries | repeated | mails repeated | outcome |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|";

/// Sweeps `points` on one deployment, and prints its part of the matrix.
async fn swept(stores: Stores, points: &[Point], other: Option<&str>) {
    let mut stage = Stage::start(Stage::world(stores).await, points[0].program, other).await;
    println!("{COLUMNS}");
    for (run, point) in points.iter().enumerate() {
        println!("{}", stage.sweep(run, point).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evt_02_evt_05_product_service_may_die_anywhere() {
    swept(Stores::Postgres, points::PRODUCT, Some("auth-service")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evt_01_auth_service_may_die_anywhere() {
    swept(Stores::Postgres, points::AUTH, Some("product-service")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_in_one_process_may_die_anywhere() {
    swept(Stores::Sqlite, points::PANAL, None).await;
}
