//! Examples that a formula makes: truth tables, one-hot codes, spirals.

use std::f64::consts::PI;

use super::super::{Examples, Levels};

/// All values of so many bits in counting order, the first the most significant; one output.
pub(super) fn truth_table(input_count: u32, inputs: Levels, targets: Levels, truth: impl Fn(u32) -> bool) -> Examples {
    let rows = 0..1u32 << input_count;
    let bits = rows.clone().flat_map(|row| (0..input_count).rev().map(move |bit| row >> bit & 1 == 1));
    let input_values = bits.map(|bit| inputs.of(bit)).collect();
    let target_values = rows.map(|row| targets.of(truth(row))).collect();
    Examples::new(input_values, input_count as usize, target_values, 1)
}

/// Whether so many bits read the same from either end.
pub(super) fn is_symmetric(row: u32, bit_count: u32) -> bool {
    row == row.reverse_bits() >> (u32::BITS - bit_count)
}

/// Each unit on by itself, to the same at the outputs.
pub(super) fn one_hot(count: u32, inputs: Levels, targets: Levels) -> Examples {
    let values = |levels: Levels| {
        let on = (0..count).flat_map(|row| (0..count).map(move |unit| row == unit));
        on.map(|on| levels.of(on)).collect()
    };
    Examples::new(values(inputs), count as usize, values(targets), count as usize)
}

/// Points of two spirals, so many each, by turns: three turns inwards from radius 6.5, and the same mirrored at the origin.
pub(super) fn spirals(count: u32, targets: Levels) -> Examples {
    let density = f64::from(count - 1) / 96.0;
    let first = (0..count).map(f64::from).map(|at| {
        let angle = at * PI / (16.0 * density);
        let radius = 6.5 * (1.0 - at / (104.0 * density));
        (radius * angle.cos(), radius * angle.sin())
    });
    let inputs = first.flat_map(|(x, y)| [x, y, -x, -y]).collect();
    let values = (0..count).flat_map(|_| [targets.of(true), targets.of(false)]).collect();
    Examples::new(inputs, 2, values, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_an_even_number_of_bits_decides_on_symmetry() {
        for bit_count in 2..=8 {
            let symmetric = (0..1 << bit_count).filter(|row| is_symmetric(*row, bit_count)).count();
            assert_eq!(symmetric, 1 << bit_count.div_ceil(2), "{bit_count} bits");
        }
        assert!(is_symmetric(0b011_110, 6) && is_symmetric(0b10_101, 5));
        assert!(!is_symmetric(0b011_010, 6) && !is_symmetric(0b10_100, 5) && !is_symmetric(0b10, 2));
    }

    #[test]
    fn one_unit_is_on_in_each_example() {
        let examples = one_hot(3, Levels { low: -1.0, high: 1.0 }, Levels { low: 0.1, high: 0.9 });
        assert_eq!(examples.inputs(), [1.0, -1.0, -1.0, -1.0, 1.0, -1.0, -1.0, -1.0, 1.0]);
        assert_eq!(examples.targets(), [0.9, 0.1, 0.1, 0.1, 0.9, 0.1, 0.1, 0.1, 0.9]);
    }

    /// Values of the benchmark's data set, which has five digits.
    #[test]
    fn spirals_are_those_of_the_benchmark() {
        let examples = spirals(97, Levels::BINARY);
        assert_eq!((examples.count(), examples.input_count(), examples.output_count()), (194, 2, 1));
        let near = |example: usize, expected: [f64; 2]| {
            examples.input(example).iter().zip(expected).all(|(value, expected)| (value - expected).abs() < 5.1e-6)
        };
        // At i = 1, r = 6.5 * 103/104 = 6.4375 and the angle is 11.25 degrees.
        for (example, expected) in [
            (0, [6.5, 0.0]),
            (1, [-6.5, 0.0]),
            (2, [6.313_81, 1.255_89]),
            (3, [-6.313_81, -1.255_89]),
            (16, [0.0, 6.0]),
            (192, [0.5, 0.0]),
        ] {
            assert!(near(example, expected), "{example}: {:?}", examples.input(example));
        }
        assert!(!near(2, [6.313_81, -1.255_89]), "a spiral of the other turn would pass");
        assert_eq!(examples.targets()[..4], [1.0, 0.0, 1.0, 0.0]);
        // Twice as dense, every other point is the same.
        let dense = spirals(193, Levels::BINARY);
        assert!((dense.input(2 * 2 * 5)[0] - examples.input(2 * 5)[0]).abs() < 1e-12);
        assert_eq!(spirals(2, Levels::BINARY).count(), 4);
        assert!(spirals(10_000, Levels::BINARY).inputs().iter().all(|value| value.abs() <= 6.5));
    }
}
