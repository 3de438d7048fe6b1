//! Somebody who follows the event stream.
use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use tokio::time::timeout;

use super::{actions::Session, world::World};

/// An event as the stream told it.
#[derive(Debug, PartialEq)]
pub struct Told {
    pub id: u64,
    pub kind: String,
    pub data: Value,
}

pub struct Follower {
    answer: Response,
    /// What has arrived, as far as it isn't a whole block yet.
    rest: String,
    /// The last id that came, with an event or without.
    pub last_id: Option<u64>,
}

impl World {
    /// A request for the stream.
    pub fn stream(&self, query: &str, reader: &Session) -> RequestBuilder {
        self.client.get(format!("{}/api/v1/events/stream{query}", self.product)).bearer_auth(&reader.access)
    }
}

impl Follower {
    /// Follows the stream that `request` asks for, once it has begun.
    pub async fn begin(request: RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let header = |name: &str| answer.headers()[name].to_str().unwrap();
        assert!(header("content-type").starts_with("text/event-stream"));
        assert_eq!((header("cache-control"), header("x-accel-buffering")), ("no-cache", "no"));
        let mut follower = Self { answer, rest: String::new(), last_id: None };
        assert_eq!(follower.block().await.as_deref(), Some(": on"), "something is said at once");
        follower
    }

    /// The next `count` events.
    pub async fn events(&mut self, count: usize) -> Vec<Told> {
        let mut events = Vec::new();
        while events.len() < count {
            let Some(block) = self.block().await else {
                panic!("the stream ends after {} of {count} events: {events:?}", events.len())
            };
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
            if let Some(data) = field("data: ") {
                let kind = field("event: ").unwrap().to_owned();
                let data: Value = serde_json::from_str(data).unwrap();
                assert_eq!(data["type"], kind.as_str());
                events.push(Told { id: self.last_id.unwrap(), kind, data });
            }
        }
        events
    }

    /// Whether the stream ends, and as it should.
    pub async fn ends(&mut self) -> bool {
        self.block().await.is_none() && self.rest.is_empty()
    }

    /// The next block without its id; `None` at the end of the stream.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let (ids, others): (Vec<_>, Vec<_>) =
                    block.lines().partition(|line| line.starts_with("id: "));
                self.last_id = ids.last().map(|id| id["id: ".len()..].parse().unwrap()).or(self.last_id);
                let (block, rest) = (others.join("\n"), rest.to_owned());
                self.rest = rest;
                return Some(block);
            }
            let chunk = timeout(Duration::from_secs(20), self.answer.chunk()).await;
            let chunk = chunk.expect("the stream goes on").expect("the stream isn't cut off")?;
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}
