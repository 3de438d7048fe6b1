//! The rows of a batch, in whichever format.
use std::{fmt, io::Cursor};

use actix_web::{http::StatusCode, web::Bytes};
use domain_product::Draft;
use serde::{
    Deserializer,
    de::{Error, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::csv::Sheet;
use crate::http::{
    body::{Body, is_json},
    problem::Problem,
    product::create::CreateBody,
};

/// The most rows there may be.
const MOST: usize = 10_000;
/// How many rows are read before somebody else gets a turn.
const SLICE: usize = 50;

/// A row, counted from 1.
pub struct Row {
    pub number: u32,
    /// The product it describes, unless it describes none.
    pub draft: Result<Draft, Problem>,
}

/// Rows that are still to be read.
pub struct Rows {
    source: Source,
    read: u32,
}

enum Source {
    /// JSON objects, or what is in their place.
    Items(std::vec::IntoIter<Bytes>),
    Sheet(Box<Sheet<Cursor<Bytes>>>),
}

impl Rows {
    /// The rows of `body`, of which none is looked into yet. Takes its time: it looks through all of it.
    ///
    /// # Errors
    /// 415, 413 or 400.
    pub fn of(body: &Body) -> Result<Self, Problem> {
        let source = match body.essence() {
            essence if is_json(essence) => Source::Items(array(body.bytes())?.into_iter()),
            "application/x-ndjson" | "application/jsonl" => Source::Items(lines(body.bytes())?.into_iter()),
            "text/csv" => {
                let sheet = || Sheet::open(Cursor::new(body.bytes().clone()));
                std::str::from_utf8(body.bytes()).map_err(|_| Sheet::<Cursor<Bytes>>::malformed())?;
                let mut first = sheet()?;
                if (0..=MOST).all(|_| first.skip()) {
                    return Err(too_many());
                }
                Source::Sheet(Box::new(sheet()?))
            }
            _ => {
                let detail = "the content type must be application/json, application/x-ndjson or text/csv";
                return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unknown_format", detail));
            }
        };
        Ok(Self { source, read: 0 })
    }

    /// The next rows, `most` of them unless there are fewer.
    pub async fn next(&mut self, most: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        while rows.len() < most {
            let item = match &mut self.source {
                Source::Items(items) => items.next().map(Ok),
                Source::Sheet(sheet) => sheet.next(),
            };
            let Some(item) = item else { break };
            self.read += 1;
            let draft = item.and_then(|json| Body::within(json).json::<CreateBody>()?.check());
            rows.push(Row { number: self.read, draft });
            if rows.len() % SLICE == 0 {
                tokio::task::yield_now().await;
            }
        }
        rows
    }
}

const fn too_many() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_many_rows", "there may be 10000 rows at most")
}

const fn malformed() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed_json", "the body is not valid JSON")
}

/// The lines that aren't empty.
fn lines(body: &Bytes) -> Result<Vec<Bytes>, Problem> {
    let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let lines: Vec<Bytes> = lines.take(MOST + 1).map(|line| body.slice_ref(line)).collect();
    if lines.len() > MOST { Err(too_many()) } else { Ok(lines) }
}

/// The items of the array that `body` is.
fn array(body: &Bytes) -> Result<Vec<Bytes>, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| malformed())?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut collect = Collect { body, is_array: false, has_too_many: false };
    let items = reader.deserialize_any(&mut collect).and_then(|items| reader.end().map(|()| items));
    match items {
        Ok(items) => Ok(items),
        Err(_) if collect.has_too_many => Err(too_many()),
        Err(_) if collect.is_array || serde_json::from_str::<&RawValue>(text).is_err() => Err(malformed()),
        Err(_) => {
            let detail = "the body must be a JSON array";
            Err(Problem::new(StatusCode::BAD_REQUEST, "not_an_array", detail))
        }
    }
}

/// Collects an array's items, not one more than there may be.
struct Collect<'b> {
    body: &'b Bytes,
    is_array: bool,
    has_too_many: bool,
}

impl<'de> Visitor<'de> for &mut Collect<'_> {
    type Value = Vec<Bytes>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Vec<Bytes>, A::Error> {
        self.is_array = true;
        let mut items = Vec::new();
        while let Some(item) = array.next_element::<&'de RawValue>()? {
            if items.len() == MOST {
                self.has_too_many = true;
                return Err(A::Error::custom("too many"));
            }
            items.push(self.body.slice_ref(item.get().as_bytes()));
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;

    use super::*;

    fn refused(body: &str) -> u16 {
        array(&Bytes::from(body.to_owned())).err().map_or(200, |problem| problem.status_code().as_u16())
    }

    #[test]
    fn an_array_is_taken_apart_and_nothing_else_is_an_array() {
        let items = array(&Bytes::from_static(b" [ {\"a\": [1, {}]} , 7,\"x\" ] ")).unwrap();
        assert_eq!(items, [&b"{\"a\": [1, {}]}"[..], b"7", b"\"x\""]);
        assert_eq!(refused("[]"), 200);
        for bad in ["", "[", "[1", "[1,]", "[1]]", "{}", "null", "\"[]\"", "[1] 2"] {
            assert_eq!(refused(bad), 400, "{bad}");
        }
    }

    #[test]
    fn one_row_more_than_there_may_be_is_too_many() {
        let many = |count: usize| format!("[{}]", vec!["0"; count].join(","));
        assert_eq!((refused(&many(MOST)), refused(&many(MOST + 1))), (200, 413));
        let many = |count: usize| lines(&Bytes::from("0\r\n\n".repeat(count))).map(|lines| lines.len()).ok();
        assert_eq!((many(MOST), many(MOST + 1)), (Some(MOST), None));
    }
}
