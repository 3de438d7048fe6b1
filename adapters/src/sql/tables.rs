/// Whose tables a store keeps. Each service has a schema or file of its own, with an event log of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    /// Users, login codes, sessions.
    Auth,
    /// Products.
    Product,
}

/// A step that brings a database from one layout to the next. One that was released never changes.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub name: &'static str,
    pub sql: &'static str,
}

/// The migrations that one kind of database needs.
pub struct Dialect {
    pub shared: &'static [Migration],
    pub auth: &'static [Migration],
    pub product: &'static [Migration],
}

impl Dialect {
    /// Every migration that leads to `tables`, in order.
    pub fn migrations(&self, tables: Tables) -> impl Iterator<Item = &'static Migration> {
        let own = match tables {
            Tables::Auth => self.auth,
            Tables::Product => self.product,
        };
        self.shared.iter().chain(own)
    }
}

/// Names a [`Migration`] after its file, which is compiled in.
macro_rules! migration {
    ($dialect:literal, $name:literal) => {
        $crate::sql::Migration {
            name: $name,
            sql: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/migrations/",
                $dialect,
                "/",
                $name,
                ".sql"
            )),
        }
    };
}
pub(crate) use migration;
