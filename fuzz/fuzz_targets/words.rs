//! Bytes for the door `words`; seeds are in tests/seeds/words.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| basins::cli::doors::enter("words", bytes));
