//! The CPU at full width: every lane of every vector trains a network of its own, on all cores.
//!
//! `net.rs` turns a problem into tables, `kernel` is the training written once for vectors of any width
//! (`vector`) and networks of any size (`shape.rs`), `entry.rs` compiles it for each instruction set, and
//! `worker.rs` keeps the lanes of a thread full with the networks of a chunk (`ledger.rs`, `rows.rs`). In f32, or in f64 with
//! half the lanes.
//! The same operations happen to a network in whatever lane it trains and whoever its neighbours are, so outcomes do
//! not depend on how the population is cut.

#[cfg(test)]
mod accuracy;
mod answers;
mod apart;
mod cells;
mod curve;
mod entry;
mod kernel;
mod ledger;
mod memory;
mod net;
mod rows;
mod sequence;
mod shape;
mod vector;
mod vectors;
mod worker;

#[doc(hidden)]
pub use curve::Curve;
pub use vectors::Vectors;

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::seed::Starts;

use super::{Backend, Chunk, Deliver, DeviceInfo, Job, Precision, Trained, Watch};

use entry::{Engines, InstructionSet, with_vectors};
use net::Net;
use rows::Rows;
use worker::Work;

/// Stack of a thread. Kernels are inlined whole, and where nothing is optimised each of their numbers has a place of its
/// own: more than the usual 2 MiB.
const STACK_BYTES: usize = 16 << 20;

/// Training on the CPU, vectors across networks.
pub struct Simd {
    vectors: Vectors,
    precision: Precision,
    pool: rayon::ThreadPool,
}

impl Simd {
    /// With the widest vectors of this processor, on so many threads, all cores by default.
    ///
    /// # Errors
    /// Threads cannot be started.
    pub fn new(threads: Option<usize>) -> Result<Self> {
        Self::with_vectors(Vectors::widest(), threads)
    }

    /// With vectors of one kind: for tests of each, and for comparison.
    ///
    /// # Errors
    /// The processor lacks the instructions, or threads cannot be started.
    pub fn with_vectors(vectors: Vectors, threads: Option<usize>) -> Result<Self> {
        if !vectors.are_available() {
            return Err(Error::device(format!("this processor has no {vectors} instructions")));
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0))
            .stack_size(STACK_BYTES)
            .build()
            .map_err(|error| Error::failure(format!("worker threads cannot be started: {error}")))?;
        Ok(Self { vectors, precision: Precision::F32, pool })
    }

    /// The same in this precision, where f32 is usual.
    ///
    /// # Errors
    /// The processor has no vectors of f64 that there are kernels for.
    pub fn in_precision(self, precision: Precision) -> Result<Self> {
        if precision == Precision::F64 && !self.vectors.have_double() {
            return Err(Error::device(format!(
                "{} instructions have no kernels in f64; use --backend reference",
                self.vectors
            )));
        }
        Ok(Self { precision, ..self })
    }

    /// Trains a chunk, while this thread does something else.
    fn chunk(
        &self,
        job: &Job<'_>,
        net: &Net,
        starts: &Starts,
        chunk: &Chunk,
        watch: &dyn Watch,
        meanwhile: impl FnOnce(),
    ) -> Trained {
        let count = (chunk.networks.end - chunk.networks.start) as usize;
        let mut rows = Rows::new(job, self.precision, chunk.networks.start, count);
        let queue = rows.queue();
        let work = Work { job, net, starts, chunk, queue: &queue, watch };
        let executed = with_vectors!(self.vectors, V => match self.precision {
            Precision::F32 => self.spread::<V>(&work, meanwhile),
            Precision::F64 => self.spread::<<V as InstructionSet>::Double>(&work, meanwhile),
        });
        rows.into_trained(job, executed)
    }

    /// Lets every thread of the pool work on the chunk. Returns the net-epochs executed.
    fn spread<V: InstructionSet>(&self, work: &Work<'_, '_>, meanwhile: impl FnOnce()) -> u64 {
        // SAFETY: `with_vectors` has made sure that the processor has the instructions.
        let engines = unsafe { V::engines(work.net) };
        let executed = AtomicU64::new(0);
        self.pool.in_place_scope(|scope| {
            scope.spawn_broadcast(|_, _| {
                let epochs = match &engines {
                    Engines::Vectors(engine) => work.run(engine),
                    Engines::Pairs(engine) => work.run(engine),
                };
                executed.fetch_add(epochs, Ordering::Relaxed);
            });
            meanwhile();
        });
        executed.into_inner()
    }
}

impl Backend for Simd {
    fn name(&self) -> &'static str {
        "simd"
    }

    fn device(&self) -> DeviceInfo {
        let threads = self.pool.current_num_threads();
        let plural = if threads == 1 { "" } else { "s" };
        let double = if self.precision == Precision::F64 { " f64" } else { "" };
        DeviceInfo::cpu(format!("{}{double}, {threads} thread{plural}", self.vectors))
    }

    fn precision(&self) -> Precision {
        self.precision
    }

    fn prepare(&mut self, job: &Job<'_>) -> Result<u64> {
        // Enough that lanes idle at the end of a chunk for a small share of its time alone, little enough that its
        // outcomes stay within some ten megabytes.
        let weights = if job.keep_weights { job.problem.layers().weight_count() } else { 1 };
        let numbers = job.problem.examples().targets().len().max(weights);
        Ok(((1 << 22) / numbers as u64).clamp(512, 1 << 16))
    }

    fn train(
        &mut self,
        job: &Job<'_>,
        chunks: &mut dyn Iterator<Item = Chunk>,
        watch: &dyn Watch,
        deliver: &mut Deliver<'_>,
    ) -> Result<()> {
        let all_forms = self.vectors != Vectors::Portable && self.precision == Precision::F32;
        let net = Net::new(job.problem, all_forms, job.seed);
        let starts = Starts::of(job.problem, job.seed);
        // Each chunk is delivered while the next trains.
        let mut before: Option<Trained> = None;
        let mut delivered = Ok(());
        for chunk in chunks {
            let last = before.take();
            before = Some(self.chunk(job, &net, &starts, &chunk, watch, || {
                delivered = last.map_or(Ok(()), &mut *deliver);
            }));
            if delivered.is_err() || watch.interrupted() {
                break;
            }
        }
        delivered?;
        before.map_or(Ok(()), deliver)
    }
}
