//! A plane of starts or settings.

use std::time::Instant;

use crate::backend::Driver;
use crate::error::{Error, Result};
use crate::spec::PixelStarts;
use crate::study::{Map, MapCells, MapPlan, MapRequest, MapStudy, TileStore};

use super::run::Run;

/// A map with its pixels.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Mapped {
    /// What was counted.
    pub map: Map,
    /// Which network a pixel is.
    pub plan: MapPlan,
    /// What became of each pixel, `[row][column]` with the lowest row first; absent where some were not trained.
    pub cells: Option<MapCells>,
}

impl Run<'_> {
    /// Trains a network for every pixel of a plane over two settings or weights, as `lr=0.01..10:log` and
    /// `theta1[0,0]=-5..5`, of so many columns and rows; several for each where `starts` says so. The plan says which network
    /// a pixel is. The map is held in memory, so it should have no more than some million pixels.
    ///
    /// ```
    /// use basins::Run;
    /// use basins::spec::{PixelStarts, Spec};
    ///
    /// let run = Run::new(Spec { lr: 4.0.into(), epochs: 200, ..Spec::default() });
    /// let mapped = run.map(["lr=0.1..10:log", "momentum=0..0.9"], (8, 8), PixelStarts::Same(1))?;
    /// assert_eq!(mapped.cells.map(|cells| cells.epoch.len()), Some(64));
    /// # Ok::<(), basins::Error>(())
    /// ```
    ///
    /// # Errors
    /// What was asked is wrong, or the device failed.
    pub fn map(mut self, axes: [&str; 2], size: (usize, usize), starts: PixelStarts) -> Result<Mapped> {
        let problem = self.spec.problem()?;
        let network = self.first;
        let weights = match self.starts.as_ref() {
            Some(all) if network < all.count() as u64 => Some((all.network(network as usize), "the starts".to_owned())),
            Some(_) => return Err(Error::input(format!("the starts hold no network {network}"))),
            None => None,
        };
        let request = MapRequest {
            problem: &problem,
            axes: [axes[0].parse()?, axes[1].parse()?],
            size,
            starts,
            seed: self.seed,
            network,
            weights,
            fixed: Vec::new(),
            trained: false,
        };
        let plan = request.plan()?;
        let opened = Instant::now();
        let mut backend = self.opened_backend()?;
        let mut store = TileStore::open(None, &plan, self.shard, backend.as_ref())?;
        let mut driver = Driver::new(backend.as_mut()).opened(opened).watched(self.watch);
        let map = MapStudy { plan: &plan, shard: self.shard }.run(&mut driver, &mut store, &mut |_| Ok(()))?;
        let cells = map.finished.as_ref().map(|_| store.all(&plan)).transpose()?;
        Ok(Mapped { map, plan, cells })
    }
}
