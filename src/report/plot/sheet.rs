//! What a picture is drawn for, and where its parts go there.

use super::{Anchor, Axis, Colours, Frame, INK, LEGEND_GAP, Lines, Scene, colour_bar};

/// How much room a picture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// As wide as suits the picture: in files, and on pages at a desk.
    Wide,
    /// So narrow that a phone shows text at a size to read. What stands beside a frame on a wide sheet stands below it.
    Narrow,
}

/// Units across a narrow sheet: a phone has about 360 pixels for them.
const ACROSS: f64 = 400.0;
/// Most that a title takes on a wide sheet: frames lie a little to the right, and titles over their middle.
const MOST_TITLE: f64 = 785.0;
/// What stays free at either side of it.
const EDGE: f64 = 8.0;
/// From the foot of a frame to the end of a bar below it, with its numbers and its label.
const BAR_ROOM: f64 = LEGEND_GAP + 66.0;

impl Sheet {
    /// One of two.
    pub fn pick<T>(self, wide: T, narrow: T) -> T {
        match self {
            Self::Wide => wide,
            Self::Narrow => narrow,
        }
    }

    /// Width of a picture that is so wide where there is room.
    pub fn width(self, wide: f64) -> f64 {
        self.pick(wide, ACROSS)
    }

    /// Room for text that has so much on a wide sheet.
    pub fn room(self, wide: f64) -> f64 {
        self.pick(wide, ACROSS - 2.0 * EDGE)
    }

    /// The title of a picture whose frame is so wide on a wide sheet.
    pub fn title(self, title: &str, frame: f64) -> Lines {
        Lines::fit(title, (17.0, self.pick(12.0, 14.5)), self.room((1.12 * 1.12 * frame).min(MOST_TITLE)), true)
    }

    /// Draws a title above its frame: from the frame's middle or, where the sheet is hardly wider, from that of the sheet.
    pub fn head(self, scene: &mut Scene, frame: &Frame, title: &Lines) {
        let middle = self.pick(frame.corner.0 + 0.5 * frame.size.0, 0.5 * scene.width());
        title.draw(scene, (middle, frame.corner.1 - 16.0 - title.extra()), Anchor::Middle, INK);
    }

    /// A note of the smallest text that is drawn, with so much room on a wide sheet, where it shrinks before it breaks.
    pub fn note(self, note: &str, room: f64) -> Lines {
        Lines::fit(note, self.pick((11.5, 7.0), (12.5, 12.5)), self.room(room), false)
    }

    /// A frame with this corner and size on a wide sheet; on a narrow one as wide as its numbers leave room for.
    pub fn frame(self, corner: (f64, f64), size: (f64, f64), x: Axis, y: Axis) -> Frame {
        match self {
            Self::Wide => Frame { corner, size, x, y },
            Self::Narrow => {
                let left = Frame::left_room(&y);
                let width = ACROSS - left - Frame::right_room(&x);
                // What is flat at a desk needs some height here.
                let height = width * (size.1 / size.0).max(0.8);
                Frame { corner: (left, corner.1), size: (width, height), x, y }
            }
        }
    }

    /// A bar of colours: in its place on a wide sheet, below the frame on a narrow one.
    pub fn bar(self, scene: &mut Scene, frame: &Frame, corner: (f64, f64), size: (f64, f64), colours: &Colours) {
        let below = ((frame.corner.0, frame.bottom() + LEGEND_GAP), (frame.size.0, 16.0));
        let (corner, size) = self.pick((corner, size), below);
        colour_bar(scene, corner, size, colours);
    }

    /// What lies below a frame with a bar: so much on a wide sheet, on a narrow one the bar too.
    pub fn below(self, wide: f64) -> f64 {
        self.pick(wide, BAR_ROOM)
    }
}
