//! What is going on while a process dies: stock moves and people come and go.
use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    actions::Session,
    world::{PASSWORD, World},
};

const PRODUCTS: usize = 4;
const WORKERS: usize = 2;
const CHANGES: usize = 8;
const PEOPLE: usize = 4;

/// What each product begins with. Its threshold is 10.
pub const STOCK: i64 = 12;

/// What the caller knows of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Done(Value),
    Refused,
    /// It was on its way, and nobody answered.
    Unknown,
    /// Nobody was there to take it.
    Unsent,
}

impl Answer {
    pub async fn to(request: RequestBuilder) -> Self {
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Self::Unsent,
            Err(_) => return Self::Unknown,
        };
        let url = answer.url().clone();
        let may_try_again = answer.headers().contains_key("retry-after");
        let (status, body) = (answer.status(), answer.json::<Value>().await);
        match (status.as_u16(), body) {
            (_, Err(_)) => Self::Unknown,
            // The store may have done it, and gone away before it said so.
            (503, _) if may_try_again => Self::Unknown,
            (200 | 201, Ok(body)) => Self::Done(body),
            (401 | 409, Ok(_)) => Self::Refused,
            (status, Ok(body)) => panic!("{url} {status}: {body}"),
        }
    }

    pub fn text(&self, field: &str) -> Option<String> {
        let Self::Done(body) = self else { return None };
        Some(body[field].as_str()?.to_owned())
    }
}

/// A change of stock that was asked for.
pub struct Change {
    /// What its event says in `reference`.
    pub reference: String,
    pub answer: Answer,
}

pub struct Shelf {
    pub id: String,
    pub name: String,
    pub changes: Vec<Change>,
}

/// New products, all there.
pub async fn shelves(world: &World, root: &Session, run: usize) -> Vec<Shelf> {
    let shelf = async |n: usize| {
        let name = format!("Shelf {run}-{n}.");
        let product = world.create(root, json!({ "name": name, "price": 1, "stock": STOCK })).await;
        Shelf { id: product["id"].as_str().unwrap().to_owned(), name, changes: Vec::new() }
    };
    join_all((0..PRODUCTS).map(shelf)).await
}

pub async fn change(world: &World, root: &Session, id: &str, delta: i64, reference: String) -> Change {
    let verb = if delta < 0 { "remove" } else { "add" };
    let request = world.at_products(Method::POST, &format!("/{id}/stock/{verb}")).bearer_auth(&root.access);
    let request = request.json(&json!({ "amount": delta.abs(), "reference": reference }));
    Change { reference, answer: Answer::to(request).await }
}

/// Moves the stock of all `shelves`, until that is done or nobody is there any more.
pub async fn move_stock(world: &World, root: &Session, shelves: &mut [Shelf]) {
    /// From 12 to 8, which is low, to 13, more than there is, and to 10, which is low again.
    const DELTAS: [i64; 4] = [-4, 5, -1000, -3];
    let worker = async |shelf: &Shelf, worker: usize| {
        let mut changes = Vec::new();
        for n in 0..CHANGES {
            let reference = format!("{} {}-{worker}-{n}", shelf.name, shelf.changes.len());
            let change = change(world, root, &shelf.id, DELTAS[n % DELTAS.len()], reference).await;
            let is_over = change.answer == Answer::Unsent;
            changes.push(change);
            if is_over {
                break;
            }
        }
        changes
    };
    let shelf = async |shelf: &mut Shelf| {
        let seen = &*shelf;
        let changes = join_all((0..WORKERS).map(|n| worker(seen, n))).await;
        shelf.changes.extend(changes.into_iter().flatten());
    };
    join_all(shelves.iter_mut().map(shelf)).await;
}

/// Somebody who registers, signs in, and signs out, and what they were told each time they tried.
pub struct Person {
    pub name: String,
    pub registered: Vec<Answer>,
    /// The tokens.
    pub signed_in: Vec<Answer>,
    pub signed_out: Vec<Answer>,
}

impl Person {
    fn named(name: String) -> Self {
        Self { name, registered: Vec::new(), signed_in: Vec::new(), signed_out: Vec::new() }
    }

    /// Does what is still to be done, until nobody is there any more.
    pub async fn go_on(&mut self, world: &World) {
        let is_done = |answers: &[Answer]| answers.iter().any(|answer| matches!(answer, Answer::Done(_)));
        if !is_done(&self.registered) {
            self.registered.push(register(world, &self.name).await);
        }
        // Whose first try was done without a word is told that the name is taken.
        let is_there = |answer: &Answer| matches!(answer, Answer::Done(_) | Answer::Refused);
        if self.registered.last().is_none_or(|answer| !is_there(answer)) {
            return;
        }
        if !is_done(&self.signed_in) {
            self.signed_in.push(sign_in(world, &self.name).await);
        }
        let token = self.signed_in.iter().find_map(|answer| answer.text("access_token"));
        if let Some(token) = token.filter(|_| !is_done(&self.signed_out)) {
            let request = world.at_auth(Method::POST, "/logout").bearer_auth(token);
            self.signed_out.push(Answer::to(request).await);
        }
    }
}

async fn register(world: &World, name: &str) -> Answer {
    let body = json!({ "email": world.address(name), "username": name, "password": PASSWORD });
    Answer::to(world.at_auth(Method::POST, "/register").json(&body)).await
}

async fn sign_in(world: &World, name: &str) -> Answer {
    let address = world.address(name);
    let before = world.mails.codes_to(&address).len();
    let body = json!({ "username": name, "password": PASSWORD });
    let begun = Answer::to(world.at_auth(Method::POST, "/login").json(&body)).await;
    if !matches!(begun, Answer::Done(_)) {
        return begun;
    }
    let code = world.mails.code_to(&address, before).await;
    let body = json!({ "username": name, "code": code });
    Answer::to(world.at_auth(Method::POST, "/verify-code").json(&body)).await
}

/// People come and go, until that is done or nobody is there any more.
pub async fn come_and_go(world: &World, run: &str) -> Vec<Person> {
    let somebody = async |n| {
        let mut person = Person::named(format!("person-{run}-{n}"));
        person.go_on(world).await;
        person
    };
    join_all((0..PEOPLE).map(somebody)).await
}
