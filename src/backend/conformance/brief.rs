//! A backend that is checked in little time: long checks go through some of their problems only.

use std::ops::Range;

use crate::backend::{Backend, Chunk, Counted, Deliver, DeviceInfo, Job, Precision, Watch};
use crate::error::Result;
use crate::spec::Problem;

/// The same backend, to be checked with every so many-th problem.
pub struct Brief {
    inner: Box<dyn Backend>,
    stride: usize,
}

impl Brief {
    /// With every `stride`-th problem, from 1 on.
    pub fn new(inner: Box<dyn Backend>, stride: usize) -> Self {
        Self { inner, stride: stride.max(1) }
    }
}

impl Backend for Brief {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn device(&self) -> DeviceInfo {
        self.inner.device()
    }

    fn prepare(&mut self, job: &Job<'_>) -> Result<u64> {
        self.inner.prepare(job)
    }

    fn train(
        &mut self,
        job: &Job<'_>,
        chunks: &mut dyn Iterator<Item = Chunk>,
        watch: &dyn Watch,
        deliver: &mut Deliver<'_>,
    ) -> Result<()> {
        self.inner.train(job, chunks, watch, deliver)
    }

    fn count_at_start(&mut self, job: &Job<'_>, networks: Range<u64>, watch: &dyn Watch) -> Result<Option<Counted>> {
        self.inner.count_at_start(job, networks, watch)
    }

    fn precision(&self) -> Precision {
        self.inner.precision()
    }

    fn shared_checks(&self) -> (usize, usize) {
        self.inner.shared_checks()
    }

    fn check_stride(&self) -> usize {
        self.stride
    }

    fn is_shown_by(&self, problem: &Problem) -> bool {
        self.inner.is_shown_by(problem)
    }

    fn is_scalar(&self) -> bool {
        self.inner.is_scalar()
    }
}
