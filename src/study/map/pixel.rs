//! One pixel of a map, with each of its networks.

use crate::stats::{Interval, LEVEL, wilson};

use super::cells::MapCell;
use super::plan::{MapPlan, Pixel};
use crate::outcome::Fate;

/// One pixel, trained by itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MapPixel {
    /// Column from the left and row from below.
    pub pixel: Pixel,
    /// Values on the axes.
    pub values: [f64; 2],
    /// Its networks, at least one.
    pub members: Vec<Member>,
    /// What became of them.
    pub cell: MapCell,
}

/// A network of a pixel.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its index; `None` where weights are given.
    pub network: Option<u64>,
    /// Its starting weights, in flat order.
    pub weights: Vec<f64>,
    /// What became of it.
    pub cell: MapCell,
}

impl MapPixel {
    /// From what became of its networks, in order; `None` if there are none.
    pub(super) fn new(plan: &MapPlan, pixel: Pixel, cells: &[MapCell]) -> Option<Self> {
        let member = |(start, cell): (u16, &MapCell)| Member {
            network: plan.network(pixel, start),
            weights: plan.weights(pixel, start),
            cell: *cell,
        };
        let members: Vec<Member> = (0..plan.start_count()).zip(cells).map(member).collect();
        (!members.is_empty()).then(|| Self {
            pixel,
            values: plan.values(pixel),
            members,
            cell: MapCell::gathered(cells),
        })
    }

    /// Of the share of its networks that are solved.
    pub fn interval(&self) -> Interval {
        wilson(self.cell.count(Fate::Solved).into(), self.cell.networks().into(), LEVEL)
    }
}
