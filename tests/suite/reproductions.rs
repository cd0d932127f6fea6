//! Published figures are found again, and a wrong one is told as such.

use basins::backend::{Backend, Choice, Open, Unwatched};
use basins::reproduce::{ALL, Accept, Extent, Figure, Reproduction, Verdict, named};

/// Reproductions without chance, or with little: they take no time.
const EXACT: [&str; 4] = ["tutorial/descent", "tutorial/one-weight", "tutorial/inverter", "pdp-1988"];

fn backend(choice: Choice) -> Box<dyn Backend> {
    Open::from(choice).backend().unwrap()
}

fn find(name: &str) -> Reproduction {
    named(&[name.to_owned()]).unwrap()[0]
}

/// The last digit of the figure's first number, one up.
fn spoilt(figure: &Figure) -> Figure {
    let number = figure.published_numbers()[0];
    let last = number.chars().last().unwrap();
    let other = if last == '9' { '8' } else { char::from(last as u8 + 1) };
    let wrong = format!("{}{other}", &number[..number.len() - 1]);
    Figure { published: figure.published.replacen(number, &wrong, 1).leak(), ..*figure }
}

#[test]
fn every_printed_digit_is_found_and_a_wrong_one_differs() {
    let mut digits = 0;
    for name in EXACT {
        let done = find(name).run(backend(Choice::Reference).as_mut(), &Unwatched, Extent::Quick).unwrap();
        for row in &done.rows {
            assert!(!matches!(row.verdict, Verdict::Differs(_)), "{name}: {}: {:?}", row.figure.quantity, row.verdict);
            if row.figure.accept == Accept::Digits {
                assert_eq!(row.verdict, Verdict::Agrees, "{name}: {}", row.figure.quantity);
                let planted = spoilt(&row.figure).verdict(row.ours.as_ref());
                assert!(matches!(planted, Verdict::Differs(_)), "{name}: {}: {planted:?}", row.figure.quantity);
                digits += 1;
            }
        }
    }
    assert!(digits >= 20, "only {digits} figures are held to their digits");
}

/// The same statement about another number.
fn misprinted(accept: Accept) -> Option<Accept> {
    Some(match accept {
        Accept::Near { value, absolute, relative } => {
            Accept::Near { value: 3.0 * value + 100.0 * absolute, absolute, relative }
        }
        Accept::MeanOf { value, runs, about } => Accept::MeanOf { value: 3.0 * value, runs, about },
        Accept::Count { successes, trials, about } => Accept::Count { successes: trials - successes, trials, about },
        Accept::Between(least, most) => Accept::Between(most + 1.0, 2.0 * most - least + 2.0),
        Accept::Digits | Accept::Open => return None,
    })
}

#[test]
fn a_planted_figure_differs_wherever_the_printed_one_agrees() {
    let mut planted = 0;
    for name in ["tutorial/derivation", "tutorial/plateaus", "fahlman-1988", "riedmiller-1993", "practice/pytorch-xor"]
    {
        let done = find(name).run(backend(Choice::Simd).as_mut(), &Unwatched, Extent::Quick).unwrap();
        for row in done.rows.iter().filter(|row| row.verdict == Verdict::Agrees) {
            let Some(accept) = misprinted(row.figure.accept) else { continue };
            let verdict = Figure { accept, ..row.figure }.verdict(row.ours.as_ref());
            assert!(matches!(verdict, Verdict::Differs(_)), "{name}: {}: {verdict:?}", row.figure.quantity);
            planted += 1;
        }
    }
    assert!(planted >= 10, "only {planted} figures were planted");
}

/// What the tutorial gets wrong is told as such, and what it gets right once corrected is shown beside it.
#[test]
fn a_lost_factor_and_a_minimum_that_is_none_differ() {
    let derivation =
        find("tutorial/derivation").run(backend(Choice::Simd).as_mut(), &Unwatched, Extent::Quick).unwrap();
    let ratios = derivation.rows.iter().filter(|row| row.corrected.is_some());
    for row in ratios {
        assert!(matches!(row.verdict, Verdict::Differs(_)), "{}", row.figure.quantity);
        assert_eq!(row.figure.verdict(row.corrected.as_ref()), Verdict::Agrees, "{}", row.figure.quantity);
    }
    let plateaus = find("tutorial/plateaus").run(backend(Choice::Simd).as_mut(), &Unwatched, Extent::Quick).unwrap();
    for row in plateaus.rows.iter().filter(|row| row.figure.quantity.starts_with("squared error")) {
        assert!(matches!(row.verdict, Verdict::Differs(_)), "{}: {:?}", row.figure.quantity, row.verdict);
    }
}

#[test]
fn every_backend_gives_the_same_verdicts() {
    for name in ["pdp-1988", "two-minima", "bosman-2018"] {
        let verdicts = |choice: Choice| -> Vec<(&str, bool)> {
            let done = find(name).run(backend(choice).as_mut(), &Unwatched, Extent::Quick).unwrap();
            done.rows.iter().map(|row| (row.figure.quantity, row.verdict == Verdict::Agrees)).collect()
        };
        assert_eq!(verdicts(Choice::Simd), verdicts(Choice::Reference), "{name}");
    }
}

#[test]
fn the_registry_is_in_order() {
    let mut names: Vec<&str> = ALL.iter().map(|one| one.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len(), "each name once");
    for one in ALL {
        assert!(!one.figures.is_empty() && !one.source.is_empty() && !one.setting.is_empty(), "{}", one.name);
        let mut quantities: Vec<&str> = one.figures.iter().map(|figure| figure.quantity).collect();
        quantities.sort_unstable();
        quantities.dedup();
        assert_eq!(quantities.len(), one.figures.len(), "{}: each quantity once", one.name);
        for figure in one.figures.iter().filter(|figure| figure.accept == Accept::Digits) {
            assert!(!figure.published_numbers().is_empty(), "{}: {} has no digits", one.name, figure.quantity);
        }
    }
    let tutorial = ALL.iter().filter(|one| one.name.starts_with("tutorial/")).count();
    assert!(tutorial >= 8, "{tutorial}");
    assert_eq!(named(&["tutorial".into()]).unwrap().len(), tutorial);
    assert_eq!(named(&["tutorial/xor".into(), "tutorial".into()]).unwrap().len(), tutorial);
    let message = named(&["tutorial/nor".into()]).unwrap_err().to_string();
    assert!(message.contains("\"tutorial/nor\"") && message.contains("tutorial/search, pdp-1988"), "{message}");
}
