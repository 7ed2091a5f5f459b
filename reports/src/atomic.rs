//! Files that are replaced as a whole: a reader finds the old content or the new one.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes to a temporary file beside the path, and renames it.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let (file, temporary) = temporary(path)?.into_parts();
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    // On Windows only a closed file can be renamed.
    drop(out.into_inner()?);
    temporary.persist(path)?;
    Ok(())
}

/// A new file in the folder of another, with the permissions of a regular new file. It is
/// deleted when it is dropped.
pub(crate) fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    let mut prefix = name.to_owned();
    prefix.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".new");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// The folder of a file.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
