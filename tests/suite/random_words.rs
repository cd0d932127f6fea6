//! The random-number contract on the host: published vectors, an independent crate, other people's distributions.

use basins::seed::{NormalTable, Purpose, Starts, Stream, philox4x32, words};
use basins::spec::{Init, Layers};
use philox::Philox4x32_10;
use proptest::prelude::{any, prop_assert_eq, prop_assert_ne};
use rand::{Rng as _, RngExt as _};
use rand_distr::{Distribution, Normal};
use serde_json::Value;

use crate::support::{self, holds};

fn word_list(value: &Value) -> Vec<u32> {
    value.as_array().expect("words").iter().map(|word| word.as_u64().expect("a word") as u32).collect()
}

fn four(value: &Value) -> [u32; 4] {
    word_list(value).try_into().expect("four words")
}

#[test]
fn published_vectors_come_out() {
    let file = support::golden("philox.json");
    let vectors = file["published"].as_array().expect("vectors");
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let key = word_list(&vector["key"]).try_into().expect("two words");
        assert_eq!(philox4x32(four(&vector["counter"]), key), four(&vector["words"]));
    }
}

#[test]
fn blocks_are_counted_by_network_purpose_and_block() {
    let file = support::golden("philox.json");
    let blocks = file["blocks"].as_array().expect("blocks");
    let mut compared = 0;
    for block in blocks {
        let number = |name: &str| block[name].as_u64().expect("a number");
        if number("purpose") != u64::from(Purpose::Start as u32) {
            continue;
        }
        let (seed, network, at) = (number("seed"), number("network"), number("block") as u32);
        assert_eq!(words(seed, network, Purpose::Start, at), four(&block["words"]));
        assert_ne!(words(seed ^ 1 << 32, network, Purpose::Start, at), four(&block["words"]), "high word of the seed");
        assert_ne!(words(seed, network ^ 1 << 32, Purpose::Start, at), four(&block["words"]), "high word of the index");
        compared += 1;
    }
    assert!(compared >= 90, "only {compared} blocks were compared");
}

#[test]
fn an_independent_crate_gives_the_same_words() {
    let strategy = (any::<[u32; 4]>(), any::<[u32; 2]>());
    holds(2_000, &strategy, |(counter, key)| {
        let theirs: [u32; 4] = Philox4x32_10::default().next(key.into(), counter.into()).into();
        prop_assert_eq!(philox4x32(counter, key), theirs);
        prop_assert_ne!(philox4x32(counter, [key[1], !key[0]]), theirs);
        Ok(())
    });
}

#[test]
fn draws_are_made_of_words_as_agreed() {
    let file = support::golden("philox.json");
    let draws = file["draws"].as_array().expect("draws");
    let layers: Layers = "2,3,1".parse().unwrap();
    for draw in draws {
        let word = draw["word"].as_u64().expect("a word") as u32;
        for (width, expected) in draw["uniform"].as_object().expect("widths") {
            let scale = Starts::new(Init::Uniform(width.parse().unwrap()), &layers, 0).draws()[0].uniform;
            let value = (2 * (word >> 8) as i32 + 1 - (1 << 24)) as f32 * scale;
            assert_eq!(f64::from(value), expected.as_f64().unwrap(), "word {word}, width {width}");
        }
        let (drawn, exact) = (f64::from(NormalTable::get().draw(word)), draw["normal"].as_f64().unwrap());
        // The table stands for the middle of a word's interval and the golden value for its lower end: far out in
        // the tail, where one word covers much, that is the larger part of the difference.
        let tail = f64::from((word & 0x7fff_ffff).max(1));
        assert!((drawn - exact).abs() < 2e-6 + 0.25 / tail, "word {word}: {drawn}, not {exact}");
    }
}

/// Starts take the words in order: weight k is made of word k, checked against the golden draws of network 11.
#[test]
fn weight_k_takes_word_k() {
    let layers: Layers = "2,9,1".parse().unwrap();
    let starts = Starts::new(Init::Normal(1.0), &layers, 7).weights(11);
    for (k, weight) in starts.iter().enumerate() {
        let word = words(7, 11, Purpose::Start, k as u32 / 4)[k % 4];
        assert_eq!(*weight, NormalTable::get().draw(word), "weight {k}");
    }
}

#[test]
fn distributions_of_other_crates_work_on_a_stream() {
    let mut stream = Stream::new(42, 7, Purpose::Start);
    let normal = Normal::new(3.0, 2.0).unwrap();
    let count = 20_000;
    let (mut sum, mut squares) = (0.0, 0.0);
    for _ in 0..count {
        let value = normal.sample(&mut stream);
        sum += value;
        squares += (value - 3.0) * (value - 3.0);
    }
    let (mean, deviation) = (sum / f64::from(count), (squares / f64::from(count)).sqrt());
    // Five standard errors; the stream is fixed, so this cannot fail by chance.
    assert!((mean - 3.0).abs() < 5.0 * 2.0 / f64::from(count).sqrt(), "mean {mean}");
    assert!((deviation - 2.0).abs() < 5.0 * 2.0 / (2.0 * f64::from(count)).sqrt(), "deviation {deviation}");
    let mut again = Stream::new(42, 7, Purpose::Start);
    let (first, other): (u32, u32) = (again.random(), Stream::new(42, 8, Purpose::Start).random());
    assert_eq!(first, words(42, 7, Purpose::Start, 0)[0]);
    assert_ne!(first, other);
    let mut bytes = [0u8; 8];
    again.fill_bytes(&mut bytes);
    let expected = words(42, 7, Purpose::Start, 0);
    assert_eq!(bytes, [expected[1].to_le_bytes(), expected[2].to_le_bytes()].concat()[..]);
}
