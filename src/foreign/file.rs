//! Files to read. A regular file has an end, a pipe has one where its writer ends it, and of both no more is read than a
//! bound. A device has none, and a folder has no bytes: both are refused.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// A file that is open for reading.
#[derive(Debug)]
pub(crate) struct Source {
    file: File,
    /// Bytes of a regular file; a pipe does not know.
    length: Option<u64>,
}

impl Source {
    /// Opens a regular file or a pipe. What is wrong is said in words that follow "cannot be read: ".
    ///
    /// # Errors
    /// It is not there, may not be read, or is no such thing; nobody writes to the pipe.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let found = std::fs::metadata(path)?;
        if found.is_dir() {
            return Err(io::Error::other("it is a folder"));
        }
        if is_pipe(&found) {
            return Ok(Self { file: pipe::open(path)?, length: None });
        }
        let device = || io::Error::other("it is a device, not a file");
        if !found.is_file() {
            return Err(device());
        }
        let file = File::open(path)?;
        // Another one may have taken its place since.
        let found = file.metadata()?;
        if found.is_file() { Ok(Self { file, length: Some(found.len()) }) } else { Err(device()) }
    }

    /// All bytes, if they are no more than `limit`.
    ///
    /// # Errors
    /// They are more, or cannot be read.
    pub(crate) fn bytes(self, limit: u64) -> io::Result<Vec<u8>> {
        bounded(self, limit)
    }

    /// The same as text.
    ///
    /// # Errors
    /// As [`Source::bytes`]; or it is not UTF-8.
    pub(crate) fn text(self, limit: u64) -> io::Result<String> {
        String::from_utf8(self.bytes(limit)?).map_err(|_| io::Error::other("it is not UTF-8 text"))
    }

    /// The file of one that is read here and there, not from its start to its end.
    ///
    /// # Errors
    /// It is a pipe.
    pub(crate) fn seekable(self) -> io::Result<File> {
        match self.length {
            Some(_) => Ok(self.file),
            None => Err(io::Error::other(
                "it is a pipe, and files of this form are read from both ends; write it to a file",
            )),
        }
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

/// All that is left of a source, if it is no more than `limit` bytes. (How long a file says it is does not count: some
/// grow, some of the system's say nothing.)
pub(crate) fn bounded(source: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > limit {
        true => Err(io::Error::other(format!("it is larger than {}, the most that is read", megabytes(limit)))),
        false => Ok(bytes),
    }
}

/// A bound in words, "64 MiB".
pub(crate) fn megabytes(bytes: u64) -> String {
    if bytes < 1 << 20 { format!("{} KiB", bytes >> 10) } else { format!("{} MiB", bytes >> 20) }
}

#[cfg(unix)]
fn is_pipe(found: &Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&found.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &Metadata) -> bool {
    false
}

/// Pipes, which open once somebody writes to them.
mod pipe {
    use std::fs::File;
    use std::io;
    use std::path::Path;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    /// How long one waits for somebody to write to it.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Opens a pipe that somebody writes to or will soon; how long they take for it then is their affair, as in any
    /// pipeline.
    pub(super) fn open(path: &Path) -> io::Result<File> {
        let (sender, receiver) = channel();
        let path = path.to_owned();
        // The system opens it when there is a writer, and cannot be told to wait no longer than that: where nobody comes,
        // the thread is left waiting.
        std::thread::Builder::new().spawn(move || sender.send(File::open(path)))?;
        let nobody =
            || io::Error::other(format!("it is a pipe, and for {} seconds nobody wrote to it", PATIENCE.as_secs()));
        receiver.recv_timeout(PATIENCE).map_err(|_| nobody())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path) -> String {
        Source::open(path).unwrap_err().to_string()
    }

    #[test]
    fn no_more_is_read_than_the_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, vec![b'a'; 2048]).unwrap();
        let read = |limit| Source::open(&path).unwrap().text(limit);
        assert_eq!(read(2048).unwrap().len(), 2048);
        assert_eq!(read(2047).unwrap_err().to_string(), "it is larger than 1 KiB, the most that is read");
        // A source without an end is left alone after the bound.
        assert!(bounded(io::repeat(0), 1 << 20).unwrap_err().to_string().contains("larger than 1 MiB"));
        std::fs::write(&path, [0xff]).unwrap();
        assert_eq!(read(9).unwrap_err().to_string(), "it is not UTF-8 text");
    }

    #[test]
    fn folders_and_devices_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(refusal(folder.path()), "it is a folder");
        assert!(refusal(&folder.path().join("missing")).starts_with("No such file") || cfg!(not(unix)));
        if cfg!(target_os = "linux") {
            assert_eq!(refusal(Path::new("/dev/zero")), "it is a device, not a file");
            assert_eq!(refusal(Path::new("/dev/null")), "it is a device, not a file");
        }
    }

    #[test]
    #[cfg(unix)]
    fn pipes_are_read_where_somebody_writes() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = |name: &str| {
            let path = folder.path().join(name);
            assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
            path
        };
        let written = |name: &str, text: &'static str| {
            let path = pipe(name);
            let writer = path.clone();
            (path, std::thread::spawn(move || std::fs::write(writer, text)))
        };
        assert_eq!(refusal(&pipe("lonely")), "it is a pipe, and for 5 seconds nobody wrote to it");
        let (path, writer) = written("settings", "epochs = 5");
        assert_eq!(Source::open(&path).unwrap().text(100).unwrap(), "epochs = 5");
        writer.join().unwrap().unwrap();
        let (path, writer) = written("archive", "");
        let refused = Source::open(&path).unwrap().seekable().unwrap_err();
        writer.join().unwrap().unwrap();
        assert!(refused.to_string().starts_with("it is a pipe, and files of this form"));
    }
}
