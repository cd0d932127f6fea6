//! New files that get their name only when they are whole.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

const PREFIX: &str = ".basins-";
const SUFFIX: &str = ".tmp";

/// A file in `folder` that vanishes unless it is put in place; as readable as any new file, where tempfile's own are
/// private. It is locked as long as its process lives, so that others can tell what was left by a dead one.
pub(crate) fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The process's umask takes away what it must.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    // Of tempfile's errors the kind alone: the rest names a file that nobody asked for.
    let file = builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
    // Some file systems know no locks: there nothing is told apart, and nothing removed.
    let _ = file.as_file().try_lock();
    Ok(file)
}

/// Gives a whole file its name: after a crash of the machine, too, it is the old one or the new one.
pub(crate) fn place(file: NamedTempFile, target: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    #[cfg(unix)]
    if let Some(folder) = target.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        // The name is kept by the folder, which some file systems cannot sync by itself.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// Removes the unfinished files of processes that are dead.
pub(crate) fn remove_dead(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) && is_abandoned(&entry.path()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether nobody holds its lock. Where locks are not known it counts as held.
fn is_abandoned(path: &Path) -> bool {
    let Ok(file) = File::options().write(true).open(path) else { return false };
    match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_the_dead_left_goes_and_what_is_at_work_stays() {
        let folder = tempfile::tempdir().unwrap();
        let names = || {
            let mut names: Vec<String> = std::fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        let mut alive = temporary_in(folder.path()).unwrap();
        for name in [".basins-dead12.tmp", ".basins-other", "mine.tmp"] {
            std::fs::write(folder.path().join(name), "half").unwrap();
        }
        remove_dead(folder.path());
        let alive_name = alive.path().file_name().unwrap().to_str().unwrap().to_owned();
        let mut expected = vec![alive_name, ".basins-other".to_owned(), "mine.tmp".to_owned()];
        expected.sort();
        assert_eq!(names(), expected);
        alive.write_all(b"whole").unwrap();
        place(alive, &folder.path().join("answer")).unwrap();
        assert_eq!(names(), [".basins-other", "answer", "mine.tmp"]);
    }
}
