//! Accounts of a run: progress as it is reported, work executed beside work needed, and how long networks last.

use crate::backend::{Progress, Watch};

use super::bus::{Counters, joined};

/// Sums of a run, kept across lost devices.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    budget: u64,
    /// What was delivered; what a lost device did beyond that is done again and not counted twice.
    delivered: Progress,
    /// Delivered before the device at hand.
    base: Progress,
    reported: Progress,
    device: Device,
    /// Seconds that the device was at work since the last chunk was delivered.
    busy: Option<f64>,
}

/// Sums of the device at hand.
#[derive(Clone, Copy, Debug, Default)]
struct Device {
    executed: u64,
    trained: u64,
    ended: u64,
    finished: u64,
    finished_word: u32,
    idle_told: u64,
}

impl Meter {
    /// Nothing done yet; `budget` is the epochs of a network.
    pub(super) fn new(budget: u32) -> Self {
        Self { budget: budget.into(), ..Self::default() }
    }

    /// A new device begins from nothing.
    pub(super) fn lost(&mut self) {
        self.base = self.delivered;
        self.device = Device::default();
    }

    /// Goes on from an earlier state of the device; what was reported and delivered since stays so.
    pub(super) fn restore(&mut self, earlier: &Self) {
        self.base = earlier.base;
        self.device = earlier.device;
    }

    /// Takes in the counters after a slice in which `executed` net-epochs were run, idle lanes included.
    pub(super) fn slice(&mut self, counters: &Counters, executed: u64, watch: &dyn Watch) {
        let device = &mut self.device;
        device.executed += executed;
        device.trained = joined(counters.trained);
        device.ended = joined(counters.ended);
        device.finished += u64::from(counters.finished.wrapping_sub(device.finished_word));
        device.finished_word = counters.finished;
        let spared = (device.finished * self.budget).saturating_sub(device.ended);
        let total = Progress {
            net_epochs: self.base.net_epochs + device.trained,
            settled_net_epochs: self.base.settled_net_epochs + device.trained + spared,
            networks: self.base.networks + device.finished,
        };
        let news = Progress {
            net_epochs: total.net_epochs.saturating_sub(self.reported.net_epochs),
            settled_net_epochs: total.settled_net_epochs.saturating_sub(self.reported.settled_net_epochs),
            networks: total.networks.saturating_sub(self.reported.networks),
        };
        self.reported.net_epochs += news.net_epochs;
        self.reported.settled_net_epochs += news.settled_net_epochs;
        self.reported.networks += news.networks;
        watch.progress(news);
    }

    /// Takes in how long the device worked on a slice, where that is known.
    pub(super) fn busy(&mut self, seconds: Option<f64>) {
        if let Some(seconds) = seconds {
            *self.busy.get_or_insert(0.0) += seconds;
        }
    }

    /// How long it has worked since this was last asked.
    pub(super) fn take_busy(&mut self) -> Option<f64> {
        self.busy.as_mut().map(std::mem::take)
    }

    /// Mean epochs of the networks that have finished on this device, if there are any.
    pub(super) fn mean_epochs(&self) -> Option<f64> {
        let Device { ended, finished, .. } = self.device;
        (finished > 0).then(|| ended as f64 / finished as f64)
    }

    /// Takes note of a delivered chunk; gives the idle work, in net-epochs, that was executed since the last one.
    pub(super) fn deliver(&mut self, networks: u64, net_epochs: u64) -> u64 {
        self.delivered.net_epochs += net_epochs;
        self.delivered.settled_net_epochs += networks * self.budget;
        self.delivered.networks += networks;
        let idle = self.device.executed.saturating_sub(self.device.trained);
        let news = idle.saturating_sub(self.device.idle_told);
        self.device.idle_told += news;
        news
    }
}
