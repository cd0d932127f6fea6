//! Which lane trains which network, and how far it has come.

use crate::outcome::Status;
use crate::spec::{DIVERGENCE_STRIDE, Judge};

use super::net::Net;

/// Most lanes of a vector.
pub(super) const LANE_LIMIT: usize = 32;

/// What becomes of a lane's network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The criterion held and it retired.
    Retired,
    /// Its weights left the bounds.
    Diverged,
}

/// One lane's network.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lane {
    /// Epochs run, the one in which it ended counted.
    pub(super) epoch: u32,
    /// First epoch in which the criterion held; 0 before.
    pub(super) solved_epoch: u32,
    end: Option<End>,
}

/// The lanes of one vector. Bits stand for lanes, lane 0 lowest.
///
/// Networks enter lanes only when those that train have run a multiple of `DIVERGENCE_STRIDE` epochs, so all lanes look
/// for divergence in the same epochs.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) lanes: [Lane; LANE_LIMIT],
    /// Lanes whose network trains.
    active: u32,
    /// Lanes whose network has met the criterion.
    solved: u32,
    /// Epochs that every active lane has run, modulo the stride.
    phase: u32,
    retires: bool,
    /// Whether the weights that epochs begin with are looked at for divergence.
    looks: bool,
    /// Epochs that networks have run.
    pub(super) net_epochs: u64,
}

impl Ledger {
    pub(super) fn new(net: &Net) -> Self {
        Self {
            lanes: [Lane::default(); LANE_LIMIT],
            active: 0,
            solved: 0,
            phase: 0,
            retires: net.retires,
            looks: net.judge == Judge::During,
            net_epochs: 0,
        }
    }

    pub(super) fn active(&self) -> u32 {
        self.active
    }

    pub(super) fn solved(&self) -> u32 {
        self.solved
    }

    /// Whether networks may enter.
    pub(super) fn is_aligned(&self) -> bool {
        self.active == 0 || self.phase == 0
    }

    /// Epochs until the lanes are next aligned.
    pub(super) fn epochs_to_alignment(&self) -> u32 {
        DIVERGENCE_STRIDE - self.phase
    }

    /// Whether lanes look for divergence in the epoch after the next `ahead`.
    #[inline(always)]
    pub(super) fn looks(&self, ahead: u32) -> bool {
        self.looks && (self.phase + ahead + 1).is_multiple_of(DIVERGENCE_STRIDE)
    }

    /// A network enters.
    pub(super) fn enter(&mut self, lane: usize) {
        debug_assert!(self.is_aligned() && self.active >> lane & 1 == 0);
        if self.active == 0 {
            self.phase = 0;
        }
        self.lanes[lane] = Lane::default();
        self.active |= 1 << lane;
        self.solved &= !(1 << lane);
    }

    /// In the last of `ran` epochs that are not yet counted, the criterion holds in some lanes, and some are found out of
    /// bounds.
    /// Returns those that train on.
    #[cold]
    #[inline(never)]
    pub(super) fn note(&mut self, solved: u32, diverged: u32, ran: u32) -> u32 {
        let solved = solved & !diverged;
        for lane in bits(diverged) {
            self.lanes[lane].end = Some(End::Diverged);
        }
        for lane in bits(solved & !self.solved) {
            self.lanes[lane].solved_epoch = self.lanes[lane].epoch + ran;
        }
        self.solved |= solved;
        let retired = if self.retires { solved } else { 0 };
        for lane in bits(retired) {
            self.lanes[lane].end = Some(End::Retired);
        }
        for lane in bits(retired | diverged) {
            self.lanes[lane].epoch += ran;
            self.net_epochs += u64::from(ran);
        }
        self.active &= !(retired | diverged);
        self.active
    }

    /// Those that still train have run so many epochs more.
    pub(super) fn advance(&mut self, epochs: u32) {
        for lane in bits(self.active) {
            self.lanes[lane].epoch += epochs;
            self.net_epochs += u64::from(epochs);
        }
        self.phase = (self.phase + epochs) % DIVERGENCE_STRIDE;
    }

    /// Takes lanes out of training.
    pub(super) fn leave(&mut self, lanes: u32) {
        self.active &= !lanes;
    }

    /// Final weights meet the criterion: a network that has run its budget has solved the task in its last epoch.
    pub(super) fn judge(&mut self, lane: usize, budget: u32, solved: bool) {
        let lane = &mut self.lanes[lane];
        if solved && lane.epoch == budget && lane.end.is_none() {
            lane.solved_epoch = budget;
        }
    }

    /// How the network of a lane ended, where its final weights are known to be in bounds or not.
    pub(super) fn status(&self, lane: usize, budget: u32, in_bounds: bool) -> Status {
        let Lane { epoch, solved_epoch, end, .. } = self.lanes[lane];
        match end {
            Some(End::Diverged) => Status::Diverged,
            None if epoch < budget => Status::Unfinished,
            _ if !in_bounds => Status::Diverged,
            _ if solved_epoch > 0 => Status::Solved,
            _ => Status::Unsolved,
        }
    }
}

/// The positions of set bits, ascending.
pub(super) fn bits(mut word: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = word.trailing_zeros() as usize;
        word &= word.wrapping_sub(1);
        (lowest < 32).then_some(lowest)
    })
}
