//! New files that get their name only when they are whole.

use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// A file in `folder` that vanishes unless it is put in place; as readable as any new file, where tempfile's own are
/// private.
pub(crate) fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let builder = tempfile::Builder::new();
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        let mut builder = builder;
        // The process's umask takes away what it must.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
        builder
    };
    // Of tempfile's errors the kind alone: the rest names a file that nobody asked for.
    builder.tempfile_in(folder).map_err(|error| error.kind().into())
}
