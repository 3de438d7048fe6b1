use std::{fs, path::Path};

use diesel::{Connection, connection::SimpleConnection, sqlite::SqliteConnection};
use domain_shared::StoreError;

/// WAL lets readers read while somebody writes; FULL makes a commit survive a power cut there.
/// The timeout is for other processes, such as the command line beside the service. What is deleted or overwritten is
/// wiped: it may have been somebody's data.
const SETTINGS: &str = "PRAGMA busy_timeout = 3000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                        PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON;";

/// Makes an empty database, and the folder it is in, unless it is there. It is for its owner alone: it holds
/// password hashes.
pub(super) fn create(path: &Path) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(StoreError::unavailable)?;
    }
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(StoreError::unavailable)?;
    Ok(())
}

/// A connection to the database at `path`.
pub(super) fn open(path: &Path) -> Result<SqliteConnection, StoreError> {
    let path = path.to_str().ok_or_else(|| StoreError::unavailable("a path that is no Unicode"))?;
    let mut conn = SqliteConnection::establish(path).map_err(StoreError::unavailable)?;
    conn.batch_execute(SETTINGS).map_err(StoreError::unavailable)?;
    Ok(conn)
}

/// Runs `work` in a transaction that has the write lock from the start, so that it can't fail for having read first.
pub(super) fn transaction<T, E: From<diesel::result::Error>>(
    conn: &mut SqliteConnection,
    work: impl FnOnce(&mut SqliteConnection) -> Result<T, E>,
) -> Result<T, E> {
    conn.batch_execute("BEGIN IMMEDIATE")?;
    let done = work(conn).and_then(|value| {
        conn.batch_execute("COMMIT")?;
        Ok(value)
    });
    if done.is_err() {
        roll_back(conn);
    }
    done
}

/// Ends whatever transaction is open.
pub(super) fn roll_back(conn: &mut SqliteConnection) {
    // It fails if none is: SQLite has rolled it back already after some errors.
    let _ = conn.batch_execute("ROLLBACK");
}
