//! Numbers as a person reads them.

/// Whole number with commas between thousands: 1,234,567.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Share as a percentage with as many digits as its uncertainty `half_width` supports: 98.77%.
pub fn percent(share: f64, half_width: f64) -> String {
    let digits = (-(100.0 * half_width).max(1e-9).log10()).ceil().clamp(1.0, 6.0) as usize;
    let text = format!("{:.digits$}%", 100.0 * share);
    // Less than half of the last digit has no sign.
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|c| !(b'1'..=b'9').contains(&c)) => rest.to_owned(),
        _ => text,
    }
}

/// Difference of shares in percentage points, with its sign and no unit: +0.42.
pub(super) fn signed(share: f64, half_width: f64) -> String {
    let text = percent(share.abs(), half_width);
    let sign = if share < 0.0 { "-" } else { "+" };
    format!("{sign}{}", text.trim_end_matches('%'))
}

/// Probability of a test: 0.0421, where it is small in two digits as 3.2e-149, and never 0: that is one that no double holds.
pub(super) fn p_value(p: f64) -> String {
    match p {
        p if p < 1e-300 => "< 1e-300".into(),
        p if p < 0.001 => format!("{p:.1e}"),
        p => format!("{p:.4}"),
    }
}

/// The same in a sentence: p = 0.0421, p < 1e-300.
pub(super) fn p_words(p: f64) -> String {
    let written = p_value(p);
    if written.starts_with('<') { format!("p {written}") } else { format!("p = {written}") }
}

/// Large number in three digits: 3.61e8, 950.
pub fn short(value: f64) -> String {
    if value == 0.0 {
        "0".into()
    } else if !(0.01..10_000.0).contains(&value.abs()) {
        format!("{value:.2e}")
    } else if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(percent(0.987_654, 0.000_7), "98.77%");
        assert_eq!(percent(0.5, 0.2), "50.0%");
        assert_eq!((percent(-1e-6, 0.01), percent(-0.02, 0.01)), ("0.0%".into(), "-2.0%".into()));
        assert_eq!((signed(-0.004_2, 0.001), signed(0.004_2, 0.001)), ("-0.4".into(), "+0.4".into()));
        assert_eq!((p_value(0.042_13), p_value(3.24e-149)), ("0.0421".into(), "3.2e-149".into()));
        assert_eq!((p_value(0.0), p_value(1.0)), ("< 1e-300".into(), "1.0000".into()));
        assert_eq!((p_words(0.0), p_words(0.042_13)), ("p < 1e-300".into(), "p = 0.0421".into()));
        assert_eq!((short(3.614e8), short(12.0), short(950.4)), ("3.61e8".into(), "12.00".into(), "950".into()));
    }
}
