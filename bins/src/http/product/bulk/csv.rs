//! Products in CSV (RFC 4180): each row as the JSON object it stands for, so that the same rules apply, and back.
use std::{borrow::Cow, io::Read};

use actix_web::{http::StatusCode, web::Bytes};
use csv::{Reader, ReaderBuilder, StringRecord};
use serde_json::{Value, value::RawValue};

use crate::http::problem::Problem;

/// What a cell of a column holds.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Flag,
}

/// The fields of a new product.
const FIELDS: [(&str, Kind); 9] = [
    ("name", Kind::Text),
    ("description", Kind::Text),
    ("price", Kind::Number),
    ("currency", Kind::Text),
    ("stock", Kind::Number),
    ("sku", Kind::Text),
    ("category", Kind::Text),
    ("low_stock_threshold", Kind::Number),
    ("is_active", Kind::Flag),
];

/// A sheet with a header.
pub struct Sheet<R> {
    reader: Reader<R>,
    /// What each column is; nothing that we know for `None`.
    columns: Vec<Option<(&'static str, Kind)>>,
    record: StringRecord,
}

impl<R: Read> Sheet<R> {
    /// A sheet that begins with its header.
    ///
    /// # Errors
    /// 400 if it has none, 422 if a field has two columns.
    pub fn open(source: R) -> Result<Self, Problem> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(source);
        let header = reader.headers().map_err(|_| Self::malformed())?;
        let column = |title: &str| {
            let title = title.trim_start_matches('\u{feff}').trim().to_ascii_lowercase();
            FIELDS.into_iter().find(|(field, _)| *field == title)
        };
        let columns: Vec<_> = header.iter().map(column).collect();
        for (field, _) in FIELDS {
            match columns.iter().flatten().filter(|(known, _)| *known == field).count() {
                0 if matches!(field, "name" | "price") => return Err(Self::malformed()),
                0 | 1 => {}
                _ => {
                    let detail = "a field is given more than once";
                    return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "duplicate_key", detail));
                }
            }
        }
        Ok(Self { reader, columns, record: StringRecord::new() })
    }

    /// 400 for what is no sheet of products.
    pub const fn malformed() -> Problem {
        let detail = "the body must be CSV in UTF-8 with a header that has name and price at least";
        Problem::new(StatusCode::BAD_REQUEST, "malformed_csv", detail)
    }

    /// Whether there is another row; passes over it.
    pub fn skip(&mut self) -> bool {
        self.reader.read_record(&mut self.record).is_ok_and(|is_there| is_there)
    }

    /// The next row, as JSON.
    pub fn next(&mut self) -> Option<Result<Bytes, Problem>> {
        self.skip().then(|| self.object())
    }

    fn object(&self) -> Result<Bytes, Problem> {
        if self.record.len() != self.columns.len() {
            let detail = "the row has not as many cells as the header";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_cell_count", detail));
        }
        let mut members = Vec::new();
        for (column, cell) in self.columns.iter().zip(&self.record) {
            if let Some((field, kind)) = column
                && !cell.trim().is_empty()
            {
                members.push(format!("\"{field}\":{}", kind.json(cell)));
            }
        }
        Ok(format!("{{{}}}", members.join(",")).into())
    }
}

impl Kind {
    /// The cell as JSON. What isn't of its kind stays a text, which the field refuses then.
    fn json(self, cell: &str) -> String {
        let bare = cell.trim();
        match self {
            Self::Number if is_number(bare) => bare.to_owned(),
            Self::Flag if bare == "1" || bare.eq_ignore_ascii_case("true") => "true".to_owned(),
            Self::Flag if bare == "0" || bare.eq_ignore_ascii_case("false") => "false".to_owned(),
            _ => Value::from(unguarded(cell)).to_string(),
        }
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && serde_json::from_str::<&RawValue>(text).is_ok()
}

/// What a spreadsheet might carry out as a formula (OWASP, CSV injection), with as many apostrophes before it as you like.
fn looks_like_a_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// `text` as a cell that no spreadsheet carries out: with one apostrophe more.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if looks_like_a_formula(text) { format!("'{text}").into() } else { text.into() }
}

/// The text that [`guarded`] made this cell of.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| looks_like_a_formula(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Result<Value, String>> {
        let mut sheet = Sheet::open(text.as_bytes()).unwrap();
        let next = || sheet.next();
        std::iter::from_fn(next)
            .map(|row| row.map(|json| serde_json::from_slice(&json).unwrap()).map_err(|e| e.to_string()))
            .collect()
    }

    #[test]
    fn a_row_stands_for_a_product() {
        let text = "\u{feff}SKU, Price ,name,id,is_active,stock,description\r\n\
                    a-1,899.99,\"Laptop, 15\"\"\",7,TRUE,,\"one\ntwo\"\r\n\
                    \n,x,,,2,1e3,\r\n";
        let first = serde_json::json!({
            "sku": "a-1", "price": 899.99, "name": "Laptop, 15\"", "is_active": true, "description": "one\ntwo",
        });
        let second = serde_json::json!({ "price": "x", "is_active": "2", "stock": 1e3 });
        assert_eq!(rows(text), [Ok(first), Ok(second)]);
    }

    #[test]
    fn a_row_with_other_cells_than_the_header_is_told_from_the_others() {
        let told = rows("name,price\na,1\nb\nc,1,\nd,2");
        assert_eq!(told.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, false, true]);
    }

    #[test]
    fn without_a_header_of_products_there_is_no_sheet() {
        let open = |text: &'static str| Sheet::open(text.as_bytes()).map(drop).map_err(|e| e.to_string());
        for bad in ["", "\n", "name;price\na;1", "a,1\nb,2", "name,name,price"] {
            assert!(open(bad).is_err(), "{bad}");
        }
        assert!(open("price,name").is_ok());
    }

    #[test]
    fn no_text_is_a_formula_and_each_comes_back() {
        for text in ["=1+1", "+1", "-1", "@x", "'=1", "''-1", "'", "'tis", "a=b", "\t=", "ñ", "''"] {
            let cell = guarded(text);
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            assert_eq!(unguarded(&cell), text);
        }
    }
}
