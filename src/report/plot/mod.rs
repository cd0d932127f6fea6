//! A small vocabulary for pictures: a scene of shapes, axes with ticks, lines, heat maps, contours, legends, colour bars,
//! and a surface seen from aside. Each picture is a [`Scene`], which becomes SVG text or a PNG with the same look.
//!
//! Nothing here knows what is drawn.

mod animation;
mod axis;
mod colour;
mod contour;
mod frame;
mod legend;
mod letters;
mod lines;
mod png;
mod png_text;
mod scene;
mod sheet;
mod solid;
mod svg;
mod word_ticks;

pub use animation::animation;
pub use axis::Axis;
pub use colour::{Colours, INK, MUTED, NEGATIVE, PALETTE, PAPER, POSITIVE, Rgb, Shade};
pub use contour::contours;
pub use frame::{Frame, colour_bar};
pub use legend::{Key, LEGEND_GAP, Legend, keys};
pub use lines::{Lines, even, shortened};
pub(crate) use png_text::add_text;
pub use png_text::{SIGNATURE, TEXT_KEYWORD, read_text};
pub use scene::{Anchor, Scene, Stroke, text_width};
pub use sheet::Sheet;
pub use solid::Solid;
pub use word_ticks::WordTicks;
