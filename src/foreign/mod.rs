//! What was made by others: files that a person names, read within bounds, and their text, shown without harm. Knows no
//! format; whoever reads a format begins here.

mod file;
mod text;

#[cfg(feature = "cli")]
pub(crate) use file::bounded;
pub(crate) use file::{Source, megabytes};
#[cfg(feature = "pictures")]
pub(crate) use text::visible;
pub(crate) use text::{sentence, shortened};
