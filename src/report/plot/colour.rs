//! Colours: ink and paper, a palette that colour-blind readers can tell apart, and scales from numbers to colours.

use super::Axis;

/// A colour, 8 bits a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// What text and axes are drawn in.
pub const INK: Rgb = Rgb(34, 37, 43);
/// Grids and second thoughts.
pub const MUTED: Rgb = Rgb(120, 126, 135);
/// What all lies on.
pub const PAPER: Rgb = Rgb(255, 255, 255);

/// Weights above zero, and below.
pub const POSITIVE: Rgb = Rgb(178, 24, 43);
/// See [`POSITIVE`].
pub const NEGATIVE: Rgb = Rgb(33, 102, 172);

/// Lines of a grid.
pub(super) const GRID: Rgb = Rgb(226, 229, 233);
/// Floor and walls of a box, their edges, and the lines on them.
pub(super) const FLOOR: Rgb = Rgb(236, 238, 241);
pub(super) const WALL: Rgb = Rgb(243, 244, 246);
pub(super) const EDGE: Rgb = Rgb(200, 204, 210);
pub(super) const WALL_GRID: Rgb = Rgb(218, 221, 226);

/// What colours become on a dark page: the picture's own, and those for curves that are too dark there.
pub(super) const DARK: [(Rgb, Rgb); 14] = [
    (INK, Rgb(230, 232, 236)),
    (MUTED, Rgb(163, 170, 181)),
    (PAPER, Rgb(22, 24, 28)),
    (GRID, Rgb(54, 59, 68)),
    (FLOOR, Rgb(36, 39, 46)),
    (WALL, Rgb(29, 32, 37)),
    (EDGE, Rgb(84, 90, 101)),
    (WALL_GRID, Rgb(54, 59, 68)),
    (PALETTE[0], Rgb(64, 156, 222)),
    (PALETTE[1], Rgb(240, 122, 40)),
    (PALETTE[2], Rgb(32, 186, 140)),
    (PALETTE[6], Rgb(176, 176, 176)),
    (POSITIVE, Rgb(236, 96, 108)),
    (NEGATIVE, Rgb(96, 164, 230)),
];

/// Colours for curves (Okabe & Ito 2008, dark ones first).
pub const PALETTE: [Rgb; 7] = [
    Rgb(0, 114, 178),
    Rgb(213, 94, 0),
    Rgb(0, 158, 115),
    Rgb(204, 121, 167),
    Rgb(230, 159, 0),
    Rgb(86, 180, 233),
    Rgb(90, 90, 90),
];

/// What a picture of pixels lies on; that of an SVG knows by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    /// A light page.
    Light,
    /// A dark one.
    Dark,
}

impl Shade {
    /// What a colour becomes.
    pub(super) fn of(self, colour: Rgb) -> Rgb {
        match self {
            Self::Light => colour,
            Self::Dark => DARK.iter().find(|(light, _)| *light == colour).map_or(colour, |(_, dark)| *dark),
        }
    }
}

impl Rgb {
    /// So much of the way to another colour, from 0 to 1.
    pub fn towards(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| (f64::from(a) + share.clamp(0.0, 1.0) * (f64::from(b) - f64::from(a))).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// The same to the eye, but nothing in the dark changes it: what lies on a colour of its own, or names one.
    pub fn kept(self) -> Self {
        let changes = DARK.iter().any(|(light, _)| *light == self);
        if changes { Self(self.0, self.1, if self.2 < 255 { self.2 + 1 } else { 254 }) } else { self }
    }

    /// Ink or paper: what can be read on this colour. Nothing in the dark changes it, as nothing changes the colour.
    pub fn contrast(self) -> Self {
        let light = 0.299 * f64::from(self.0) + 0.587 * f64::from(self.1) + 0.114 * f64::from(self.2);
        if light > 140.0 { INK.kept() } else { PAPER.kept() }
    }
}

impl std::fmt::Display for Rgb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// A scale from numbers to colours of even perceived steps.
#[derive(Clone, Debug)]
pub struct Colours {
    /// Range and spacing of the numbers, and what they are.
    pub axis: Axis,
    gradient: colorous::Gradient,
    reversed: bool,
}

impl Colours {
    /// Dark for small numbers, light for large ones.
    pub fn viridis(axis: Axis) -> Self {
        Self { axis, gradient: colorous::VIRIDIS, reversed: false }
    }

    /// The same in black, red and yellow.
    pub fn inferno(axis: Axis) -> Self {
        Self { axis, gradient: colorous::INFERNO, reversed: false }
    }

    /// Blue through white to red, for numbers with a middle.
    pub fn diverging(axis: Axis) -> Self {
        Self { axis, gradient: colorous::RED_BLUE, reversed: true }
    }

    /// Light for small numbers.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { reversed: !self.reversed, ..self }
    }

    /// The colour of a number; those beyond the range have the colour of its end, and what is not finite is grey.
    pub fn of(&self, number: f64) -> Rgb {
        let place = self.axis.place(number);
        if place.is_nan() {
            return Rgb(190, 190, 190);
        }
        let place = place.clamp(0.0, 1.0);
        let colour = self.gradient.eval_continuous(if self.reversed { 1.0 - place } else { place });
        Rgb(colour.r, colour.g, colour.b)
    }
}
