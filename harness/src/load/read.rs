//! Reads one suite, and the files that it refers to.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{LoadError, LoadOptions, shown};
use crate::scenario::{self, Attachments, ParameterSetting, Suite, SuiteError};

pub(super) fn suite(path: &Path, options: &LoadOptions) -> Result<Suite, LoadError> {
    let max = options.max_suite_bytes;
    let unreadable = |source| LoadError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let bytes = read_bounded(path, max).map_err(unreadable)?;
    let bytes = bytes.ok_or_else(|| LoadError::TooLarge {
        path: path.to_owned(),
        max,
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|error| not_utf8(path, error.as_bytes(), error.utf8_error().valid_up_to()))?;
    let beside = SuiteFolder(path.parent().unwrap_or_else(|| Path::new("")));
    Ok(parse(&path.to_string_lossy(), &text, &beside, options)?)
}

/// Parses a suite with the values that its parameters get.
pub(super) fn parse(
    path: &str,
    text: &str,
    beside: &dyn Attachments,
    options: &LoadOptions,
) -> Result<Suite, SuiteError> {
    let (text, applied) = ParameterSetting::apply(&options.settings, text);
    Ok(scenario::parse(path, &text, beside)?.with_settings(applied))
}

/// The error for the first byte that is not UTF-8, at an offset.
fn not_utf8(path: &Path, bytes: &[u8], at: usize) -> LoadError {
    let (valid, invalid) = bytes.split_at(at);
    let valid = String::from_utf8_lossy(valid);
    LoadError::NotUtf8 {
        path: path.to_owned(),
        line: 1 + valid.matches('\n').count(),
        column: 1 + valid.chars().rev().take_while(|c| *c != '\n').count(),
        byte: invalid.first().copied().unwrap_or_default(),
    }
}

/// A file's content, or `None` if it has more than `max` bytes.
fn read_bounded(path: &Path, max: usize) -> io::Result<Option<Vec<u8>>> {
    check_regular(path)?;
    let mut bytes = Vec::new();
    open(path)?
        .take((max as u64).saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() <= max).then_some(bytes))
}

/// A file of the kernel may have no content now: reading it must not wait.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NONBLOCK.bits();
        options.custom_flags(i32::try_from(flags).unwrap_or_default());
    }
    options.open(path)
}

/// Rejects everything but regular files before it is opened: opening a pipe waits for a
/// writer, and opening a device may change its state.
fn check_regular(path: &Path) -> io::Result<()> {
    let found = fs::metadata(path)?;
    // Reading a folder fails later, with the error of the system.
    if (found.is_file() && !is_of_kernel(path)) || found.is_dir() {
        Ok(())
    } else {
        Err(io::Error::other(NOT_REGULAR))
    }
}

const NOT_REGULAR: &str =
    "not a regular file but a device, a pipe or a socket; copy its content into a file";

/// Whether the kernel makes the content, as in `/proc/kmsg`: reading it may take it away
/// from others.
#[cfg(target_os = "linux")]
fn is_of_kernel(path: &Path) -> bool {
    rustix::fs::statfs(path).is_ok_and(|it| it.f_type == rustix::fs::PROC_SUPER_MAGIC)
}

#[cfg(not(target_os = "linux"))]
fn is_of_kernel(_: &Path) -> bool {
    false
}

/// The folder of a suite, and the files below it.
struct SuiteFolder<'a>(&'a Path);

impl SuiteFolder<'_> {
    /// Follows links, but not out of the suite's folder: a downloaded suite must not send
    /// other files of this machine.
    fn find(&self, path: &Path) -> Result<PathBuf, String> {
        let message = |error: io::Error| error.to_string();
        // The parent of a bare file name is the empty path.
        let folder = fs::canonicalize(Path::new(".").join(self.0)).map_err(message)?;
        let found = fs::canonicalize(folder.join(path)).map_err(message)?;
        if found.starts_with(&folder) {
            return Ok(found);
        }
        Err(format!(
            "a symbolic link leads to {}; only files in the suite's folder or below it are read: \
             copy the file there",
            shown(&found)
        ))
    }
}

impl Attachments for SuiteFolder<'_> {
    fn read(&self, path: &Path, most: usize) -> Result<Vec<u8>, String> {
        match read_bounded(&self.find(path)?, most) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(format!(
                "has more than {most} bytes; raise `limits.stream_bytes`"
            )),
            Err(error) => Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_is_not_utf_8_is_reported_with_its_place() {
        let scratch = tempfile::tempdir().expect("there is a temporary folder");
        let path = scratch.path().join("a.toml");
        fs::write(&path, b"title = 'a'\nk = '\xc3\xa9\xff'\n").expect("the folder is ours");
        let error = suite(&path, &LoadOptions::default())
            .expect_err("it is not UTF-8")
            .to_string();
        let expected = "a.toml:2:7: the byte 0xff is not valid UTF-8; write such bytes as `\\xNN`";
        assert!(error.ends_with(expected), "{error}");
    }

    #[test]
    fn the_largest_limit_reads_the_whole_file() {
        let scratch = tempfile::tempdir().expect("there is a temporary folder");
        let path = scratch.path().join("a");
        fs::write(&path, "abc").expect("the folder is ours");
        let read = read_bounded(&path, usize::MAX).expect("it can be read");
        assert_eq!(read.as_deref(), Some(&b"abc"[..]));
        let read = read_bounded(&path, 2).expect("it can be read");
        assert_eq!(read, None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_of_the_kernel_is_not_read() {
        let error = read_bounded(Path::new("/proc/kmsg"), 100).expect_err("it may wait");
        assert_eq!(error.to_string(), NOT_REGULAR);
    }
}
