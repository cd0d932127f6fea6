//! What a reproduction has to show, as numbers; `report` draws it.

use crate::study::Surface;

/// A picture's content.
#[derive(Clone, Debug)]
pub struct Exhibit {
    /// File name without its ending.
    pub name: &'static str,
    /// Title.
    pub title: String,
    /// What is drawn.
    pub content: Content,
}

/// The kinds of pictures.
#[derive(Clone, Debug)]
pub enum Content {
    /// Curves over one axis.
    Curves(Curves),
    /// A number for each point of a grid.
    Grid(Grid),
    /// A loss over two weights: the surface, and the map with paths of descent.
    Surface(Surface),
}

/// Curves over one axis.
#[derive(Clone, Debug)]
pub struct Curves {
    /// The axis across.
    pub x: Scale,
    /// The axis up.
    pub y: Scale,
    /// The curves, in the order of the legend.
    pub curves: Vec<Curve>,
    /// A point that is marked, and its name.
    pub mark: Option<(f64, f64, String)>,
}

/// A number for each point of a grid.
#[derive(Clone, Debug)]
pub struct Grid {
    /// The axis across, and its ends.
    pub x: (Scale, f64, f64),
    /// The axis up, and its ends.
    pub y: (Scale, f64, f64),
    /// What the numbers are.
    pub value: Scale,
    /// How many numbers a row has.
    pub columns: usize,
    /// The numbers, `[row][column]`, the lowest row first; NaN where there is none.
    pub values: Vec<f64>,
}

/// What an axis measures.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Quantity and unit.
    pub label: &'static str,
    /// Whether it is logarithmic.
    pub log: bool,
}

/// One curve.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Its name in the legend.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}
