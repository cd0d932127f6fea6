//! Every kernel of every form, held against naga: valid WGSL, and structs laid out as the host has them.

use std::mem::{offset_of, size_of};

use naga::valid::{Capabilities, ValidationFlags, Validator};

use super::bus::{Counters, SliceParams, Slot, Stage, Start};
use super::composed::{Composed, LIMITS, SIZES, composed_shaders};
use super::form::{Form, Limits, Sharing, Source};
use super::numbers::Numbers;
use super::prelude::Sizes;
use super::{FORMS, form, fused, settling, starting, words};
use crate::backend::conformance::{short_specs, slow_specs};
use crate::spec::{Problem, Spec};

fn kernels(form: &Form, problem: &Problem, sizes: Sizes) -> Vec<Source> {
    (form.kernels)(problem, sizes, &LIMITS).unwrap()
}

/// A shift beside an `&`, `|` or `^` without parentheses: naga takes it, browsers do not.
fn bare_shift(source: &str) -> Option<&str> {
    source.lines().find(|line| {
        ["<<", ">>"].iter().flat_map(|shift| line.split(shift).skip(1)).any(|after| {
            let after = after.trim_start().trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_.".contains(c));
            after.trim_start().starts_with(['&', '|', '^'])
        })
    })
}

fn validate(source: &str) -> Result<(), String> {
    if let Some(line) = bare_shift(source) {
        return Err(format!("parentheses are missing: {line}"));
    }
    let module = naga::front::wgsl::parse_str(source).map_err(|error| error.emit_to_string(source))?;
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
    validator.validate(&module).map(drop).map_err(|error| error.emit_to_string(source))
}

#[test]
fn every_shader_is_valid() {
    let mut count = 0;
    for (at, spec) in short_specs().into_iter().chain(slow_specs()).enumerate() {
        let problem = spec.problem().unwrap();
        // What is kept and brought has nothing to do with the rules: one way a spec.
        let (keep_weights, own_rates) = [(false, false), (true, false), (true, true)][at % 3];
        for Composed { form, entry, source } in composed_shaders(&problem, keep_weights, own_rates).unwrap() {
            validate(&source).unwrap_or_else(|error| panic!("{form} {entry}, {spec:?}:\n{error}"));
            count += 1;
        }
    }
    // What is shared on some devices only.
    let sharing = Limits { sharing: Some(Sharing { powers: true, reciprocals: true }), ..LIMITS };
    let teams = Limits { team_size: Some(2), ..LIMITS };
    let pairs = Limits { pairs: Some(true), ..LIMITS };
    for spec in short_specs() {
        let problem = spec.problem().unwrap();
        for limits in [&sharing, &teams, &pairs] {
            if (fused::FORM.check)(&problem, limits).is_ok() {
                let (_, train) = (fused::FORM.kernels)(&problem, SIZES, limits).unwrap().remove(0);
                for source in [train, settling::settle_source(&problem, SIZES, &fused::FORM, limits)] {
                    validate(&source).unwrap_or_else(|error| panic!("{limits:?}, {spec:?}:\n{error}"));
                }
            }
        }
    }
    validate(&words::source()).unwrap();
    validate(&words::order_source(crate::spec::Order::Shuffled, 7)).unwrap();
    assert!(count > 1000, "only {count} shaders");
}

#[test]
fn an_invalid_shader_is_refused() {
    let problem = Spec::default().problem().unwrap();
    let (_, source) = kernels(&fused::FORM, &problem, SIZES).remove(0);
    assert!(validate(&source).is_ok());
    assert!(validate(&source.replace("epoch + 1u;", "epoch + 1.0;")).is_err());
    for (wrong, right) in [("x >> 3u & 1u", "(x >> 3u) & 1u"), ("a << b.c | d", "(a << b.c) | d")] {
        assert!(bare_shift(wrong).is_some() && bare_shift(right).is_none(), "{wrong}");
    }
}

#[test]
fn size_and_device_decide_the_form() {
    let names = |layers: &str, limits: &Limits<'_>| {
        let spec = Spec { task: "parity:8".parse().unwrap(), layers: layers.parse().unwrap(), ..Spec::default() };
        let problem = spec.problem().unwrap();
        let taking = FORMS.iter().filter(|form| (form.check)(&problem, limits).is_ok());
        taking.map(|form| (form.name, (form.suits)(&problem, limits))).collect::<Vec<_>>()
    };
    assert_eq!(names("8,8,1", &LIMITS), [("fused", true), ("grouped", true), ("staged", false)]);
    // Invocations share a network, where there are registers to run out of.
    let software = Limits { hardware: false, ..LIMITS };
    for layers in ["8,16,1", "8,64,1", "8,12,12,1"] {
        assert_eq!(names(layers, &LIMITS)[0], ("fused", true));
    }
    assert_eq!(names("8,64,1", &software), [("grouped", true), ("staged", false)]);
    assert_eq!(names("8,40,40,1", &LIMITS), [("grouped", true), ("staged", false)]);
    assert_eq!(names("8,999,1", &LIMITS), [("staged", false)]);
    assert!(form("staged").is_some() && form("stage").is_none());
}

/// Size and offsets of a struct as naga lays it out in a shader.
fn layout(source: &str, name: &str) -> (usize, Vec<usize>) {
    let module = naga::front::wgsl::parse_str(source).unwrap();
    let (_, found) = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some(name)).unwrap();
    let naga::TypeInner::Struct { members, span } = &found.inner else { panic!("{name} is no struct") };
    (*span as usize, members.iter().map(|member| member.offset as usize).collect())
}

macro_rules! fields {
    ($type:ty: $($field:ident),+) => { (size_of::<$type>(), vec![$(offset_of!($type, $field)),+]) };
}

#[test]
fn structs_lie_as_shaders_read_them() {
    let problem = Spec::default().problem().unwrap();
    let settle = settling::settle_source(&problem, SIZES, &fused::FORM, &LIMITS);
    assert_eq!(
        layout(&settle, "Slot"),
        fields!(Slot: window, position, epoch, solved_epoch, status, reported_epoch, network)
    );
    assert_eq!(layout(&settle, "Counters"), fields!(Counters: trained, ended, finished, canary, windows));
    let (size, offsets) = layout(&settle, "SliceParams");
    let first = [offset_of!(SliceParams, slice_epochs), offset_of!(SliceParams, flush), offset_of!(SliceParams, seed)];
    assert_eq!((size, &offsets[..3]), (size_of::<SliceParams>(), &first[..]));
    assert_eq!(offsets.last(), Some(&offset_of!(SliceParams, counted)));
    let (size, offsets) = layout(&settle, "Numbers");
    let (expected_size, mut expected) = fields!(Numbers: epochs, criterion_bound, momentum, reserved);
    // Rates come after them, four of them for up to four layers.
    expected.push(expected_size);
    assert_eq!((size, offsets), (expected_size + 16, expected));
    let (size, offsets) = layout(&starting::start_source(&problem, SIZES), "Start");
    let (expected_size, expected) =
        fields!(Start: seed, first, count, window, position, free_head, imported, zero, reserved);
    assert_eq!((size, &offsets[..expected.len()]), (expected_size, &expected[..]));
    let (_, stage) = kernels(form("staged").unwrap(), &problem, SIZES).remove(0);
    let (size, offsets) = layout(&stage, "Stage");
    let (expected_size, expected) = fields!(
        Stage: fan_in, shortcut, fan_out, weight_offset, first, last, row_before, row, row_next, fan_out_next,
        weight_offset_next, example_first, example_count, layer, activation, drawn
    );
    assert_eq!((size, &offsets[..expected.len()]), (expected_size, &expected[..]));
    // A layout that is off by a field must not pass.
    assert_ne!(layout(&settle, "Slot").0, size_of::<Start>());
}
