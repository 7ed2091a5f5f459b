//! Records on disk: written in one piece or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::record::{Record, VERSION};

/// Why a record could not be kept or had.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The machine's fault: the file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no record.
    #[error("{}: not a record of a wirecheck run: {source}", path.display())]
    NoRecord {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The record was made by a wirecheck that writes another format.
    #[error("{}: a record of version {found}; this wirecheck reads version {VERSION}", path.display())]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
}

/// Writes a record beside its place, then moves it there: whoever reads the
/// place finds the old record or the new one, never half of one.
pub fn write(record: &Record, path: &Path) -> Result<(), StoreError> {
    write_beside(record, path).map_err(|source| StoreError::Io {
        path: path.to_owned(),
        source,
    })
}

fn write_beside(record: &Record, path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let mut file = BufWriter::new(File::create(&beside)?);
    serde_json::to_writer_pretty(&mut file, record)?;
    file.write_all(b"\n")?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?;
    fs::rename(&beside, path)
}

/// Reads a record back.
pub fn read(path: &Path) -> Result<Record, StoreError> {
    let io = |source| StoreError::Io {
        path: path.to_owned(),
        source,
    };
    let no_record = |source| StoreError::NoRecord {
        path: path.to_owned(),
        source,
    };
    let text = fs::read(path).map_err(io)?;
    let value: serde_json::Value = serde_json::from_slice(&text).map_err(no_record)?;
    match value.get("version").and_then(serde_json::Value::as_u64) {
        Some(found) if found != u64::from(VERSION) => Err(StoreError::OtherVersion {
            path: path.to_owned(),
            found,
        }),
        _ => serde_json::from_value(value).map_err(no_record),
    }
}
