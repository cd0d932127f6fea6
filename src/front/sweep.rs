//! The same networks under many settings.

use std::time::Instant;

use crate::backend::Driver;
use crate::error::Result;
use crate::spec::Vary;
use crate::study::{Sweep, SweepPlan, SweepStudy};

use super::run::Run;

/// Networks at each point of a sweep that does not say how many.
const DEFAULT_COUNT: u64 = 1_000;

impl Run<'_> {
    /// Trains the same networks, 1,000 if nothing is said, at every combination of the varied settings' values, and compares
    /// each point with the best one, or with the one that `against` names, as `lr=0.1`. With [a width](Run::until_width) each
    /// point is trained until its interval is as narrow.
    ///
    /// ```
    /// use basins::Run;
    /// use basins::spec::Spec;
    ///
    /// let sweep = Run::new(Spec { epochs: 500, ..Spec::default() }).nets(200).sweep(&["lr=1,4"], None)?;
    /// assert!(sweep.points[1].rate() > sweep.points[0].rate());
    /// # Ok::<(), basins::Error>(())
    /// ```
    ///
    /// # Errors
    /// What was asked is wrong, or the device failed.
    pub fn sweep<T: AsRef<str>>(mut self, vary: &[T], against: Option<&str>) -> Result<Sweep> {
        let varied = vary.iter().map(|text| text.as_ref().parse::<Vary>()).collect::<Result<Vec<_>, _>>()?;
        let usual = if self.until_width.is_some() { Run::usual_count(true) } else { DEFAULT_COUNT };
        self.count = Some(self.count.unwrap_or(usual));
        let (asked, population) = (self.asked()?, self.population()?);
        let plan = SweepPlan::new(&self.spec, &varied, self.seed)?;
        let against = against.map(|text| plan.find(text)).transpose()?;
        let opened = Instant::now();
        let mut backend = self.opened_backend()?;
        let study = SweepStudy {
            spec: &self.spec,
            plan: &plan,
            population,
            asked: asked.count(),
            method: self.method,
            until_width: self.until_width,
            against,
            chunk_seconds: None,
        };
        study.run(&mut Driver::new(backend.as_mut()).opened(opened).watched(self.watch))
    }
}
