//! How long slices took: by the device's clock where there is one that can be believed, else by the host's, which takes one
//! slice's time for another's where it was kept waiting itself.

use std::time::{Duration, Instant};

/// A clock that has a slice take so much less than the host has is not believed.
const FASTEST: u32 = 8;

/// Clocks, slice after slice.
pub(super) struct Timing {
    last_received: Instant,
    believed: bool,
}

impl Timing {
    /// Before the first slice.
    pub(super) fn new(now: Instant) -> Self {
        Self { last_received: now, believed: false }
    }

    /// How long a slice took that was submitted then and is received now, and `busy` by the device's clock.
    pub(super) fn took(&mut self, submitted: Instant, now: Instant, busy: Option<Duration>) -> Duration {
        let was_alone = submitted >= self.last_received;
        let host = now - submitted.max(self.last_received);
        self.last_received = now;
        // Nothing takes longer than from its sending to its return.
        let busy = busy.filter(|busy| *busy <= now - submitted);
        // Of a slice that was sent when no other was under way the host knows as well.
        if was_alone {
            self.believed = busy.is_some_and(|busy| busy * FASTEST > host);
        }
        busy.filter(|_| self.believed).unwrap_or(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_believed_that_agree_with_the_host() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        // Sent, received, by the device's clock, and taken.
        let taken = |slices: &[(u64, u64, u64)]| -> Vec<u64> {
            let mut timing = Timing::new(start);
            let took = slices.iter().map(|(sent, received, busy)| {
                timing.took(at(*sent), at(*received), Some(Duration::from_millis(*busy))).as_millis() as u64
            });
            took.collect()
        };
        // The host was kept for 400 ms while a third slice and a fourth ran.
        assert_eq!(taken(&[(0, 10, 9), (10, 46, 35), (11, 451, 36), (12, 452, 35)]), [9, 35, 36, 35]);
        assert_eq!(taken(&[(0, 10, 1), (10, 46, 4), (11, 451, 36), (12, 452, 35)]), [10, 36, 405, 1], "too fast");
        assert_eq!(taken(&[(0, 10, 20), (10, 46, 70), (11, 90, 70)]), [10, 36, 44], "longer than they were away");
        assert_eq!(taken(&[(0, 10, 9), (8, 20, 5_000), (18, 30, 9)]), [9, 10, 9], "once");
        assert_eq!(Timing::new(start).took(at(5), at(9), None), Duration::from_millis(4));
    }
}
