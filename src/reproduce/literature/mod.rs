//! Published results on the training of XOR networks, and theory put to the test.

mod bosman_2018;
mod chauvin_1986;
mod fahlman_1988;
mod fractal;
mod lang_1988;
mod minima;
mod oemer;
mod pdp_1988;
mod precision;
mod random_search;
mod riedmiller_1993;
mod rumelhart_1986;
mod shortcut;
mod two_minima;
mod width;

pub(super) use bosman_2018::BOSMAN_2018;
pub(super) use chauvin_1986::CHAUVIN_1986;
pub(super) use fahlman_1988::FAHLMAN_1988;
pub(super) use fractal::FRACTAL;
pub(super) use lang_1988::LANG_1988;
pub(super) use minima::MINIMA;
pub(super) use oemer::OEMER;
pub(super) use pdp_1988::PDP_1988;
pub(super) use precision::PRECISION;
pub(super) use random_search::RANDOM_SEARCH;
pub(super) use riedmiller_1993::RIEDMILLER_1993;
pub(super) use rumelhart_1986::RUMELHART_1986;
pub(super) use shortcut::SHORTCUT;
pub(super) use two_minima::TWO_MINIMA;
pub(super) use width::WIDTH;

use crate::error::Result;
use crate::spec::{Criterion, Init, Layers, Loss, Spec, Update};

/// A sigmoid XOR network with squared error, steps along the gradient of half the sum of squared errors, momentum 0.9,
/// solved when that sum is below 0.04: how the 1980s trained.
fn pdp_style(hidden: usize, rate: f64, update: Update) -> Result<Spec> {
    Ok(Spec {
        layers: Layers::new(vec![2, hidden, 1])?,
        loss: Loss::Mse,
        lr: rate.into(),
        momentum: 0.9,
        update,
        init: Init::Uniform(1.0),
        solved: Criterion::Sse(0.04),
        ..Spec::default()
    })
}
