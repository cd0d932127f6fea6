//! The `basins` program.
fn main() {}
