//! When weights change within an epoch, in which order examples come, when a network is judged, and what happens to it once
//! it is solved.

use super::error::SpecError;
use super::keyword::{keywords, serde_as_text, unknown};

/// When within an epoch the weights change, and by which gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Update {
    /// Once an epoch, by the gradient averaged over the m examples.
    BatchMean,
    /// Once an epoch, by the gradient summed over the examples.
    BatchSum,
    /// After each example, by that example's gradient.
    Online(Order),
    /// After every so many examples, by their gradient averaged; the last may be fewer. In the given order or shuffled.
    Minibatch(u32, Order),
}

/// The order in which an epoch goes through the examples. How orders are drawn: `seed/orders.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// As they are listed.
    Given,
    /// A fresh permutation for each network and epoch.
    Shuffled,
    /// As many draws as there are examples, with replacement.
    Random,
}

impl Update {
    /// Every kind, one with each order.
    pub const ALL: &'static [Self] = &[
        Self::BatchMean,
        Self::BatchSum,
        Self::Online(Order::Given),
        Self::Online(Order::Shuffled),
        Self::Online(Order::Random),
        Self::Minibatch(2, Order::Shuffled),
        Self::Minibatch(3, Order::Given),
    ];

    /// After each example, as they are listed.
    pub const ONLINE: Self = Self::Online(Order::Given);

    /// Whether weights change within an epoch.
    pub fn moves_within(self) -> bool {
        match self {
            Self::BatchMean | Self::BatchSum => false,
            Self::Online(_) | Self::Minibatch(..) => true,
        }
    }

    /// The order of the examples.
    pub fn order(self) -> Order {
        match self {
            Self::BatchMean | Self::BatchSum => Order::Given,
            Self::Online(order) | Self::Minibatch(_, order) => order,
        }
    }

    /// The same with the examples as they are listed.
    pub(crate) fn in_given_order(self) -> Self {
        match self {
            Self::Online(_) => Self::ONLINE,
            Self::Minibatch(size, _) => Self::Minibatch(size, Order::Given),
            batch => batch,
        }
    }

    /// Examples of an update, of so many in all; the last update of an epoch may have fewer.
    pub fn batch_size(self, example_count: usize) -> usize {
        match self {
            Self::BatchMean | Self::BatchSum => example_count,
            Self::Online(_) => 1,
            Self::Minibatch(size, _) => (size as usize).min(example_count),
        }
    }

    /// What a gradient that is summed over the examples of an update is multiplied with, of so many examples in all; those
    /// of a last update of fewer come with [`last_weight`](Update::last_weight).
    pub fn share(self, example_count: usize) -> f64 {
        match self {
            Self::BatchMean | Self::Minibatch(..) => 1.0 / self.batch_size(example_count) as f64,
            Self::BatchSum | Self::Online(_) => 1.0,
        }
    }

    /// What gradients of an epoch's last update are multiplied with first, so that the mean is over its own examples.
    pub fn last_weight(self, example_count: usize) -> f64 {
        let size = self.batch_size(example_count);
        match example_count % size {
            0 => 1.0,
            rest => size as f64 / rest as f64,
        }
    }

    /// Updates of an epoch over so many examples.
    pub fn per_epoch(self, example_count: usize) -> usize {
        example_count.div_ceil(self.batch_size(example_count))
    }
}

impl std::fmt::Display for Update {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BatchMean => f.write_str("batch-mean"),
            Self::BatchSum => f.write_str("batch-sum"),
            Self::Online(Order::Given) => f.write_str("online"),
            Self::Online(Order::Shuffled) => f.write_str("online:shuffled"),
            Self::Online(Order::Random) => f.write_str("online:random"),
            Self::Minibatch(size, Order::Given) => write!(f, "minibatch:{size}:ordered"),
            Self::Minibatch(size, Order::Shuffled) => write!(f, "minibatch:{size}"),
            Self::Minibatch(size, Order::Random) => write!(f, "minibatch:{size}:random"),
        }
    }
}

impl std::str::FromStr for Update {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let parts: Vec<&str> = text.trim().split(':').collect();
        let sized = |size: &str, order| match size.trim().parse() {
            Ok(size) if size > 0 => Ok(Self::Minibatch(size, order)),
            _ => Err(SpecError::new(format!(
                "--update minibatch:K takes the number of examples of an update, from 1 on, but got {size:?}"
            ))),
        };
        match parts[..] {
            ["batch-mean" | "batch" | "full-batch"] => Ok(Self::BatchMean),
            ["batch-sum"] => Ok(Self::BatchSum),
            ["online" | "stochastic" | "sequential"] => Ok(Self::ONLINE),
            ["online", "shuffled"] => Ok(Self::Online(Order::Shuffled)),
            ["online", "random"] => Ok(Self::Online(Order::Random)),
            ["minibatch" | "mini-batch", size] => sized(size, Order::Shuffled),
            ["minibatch" | "mini-batch", size, "shuffled"] => sized(size, Order::Shuffled),
            ["minibatch" | "mini-batch", size, "ordered"] => sized(size, Order::Given),
            ["minibatch" | "mini-batch", size, "random"] => sized(size, Order::Random),
            _ => Err(unknown(
                "--update",
                text,
                &[
                    "batch-mean",
                    "batch-sum",
                    "online",
                    "online:shuffled",
                    "online:random",
                    "minibatch:K",
                    "minibatch:K:ordered",
                ],
            )),
        }
    }
}

serde_as_text!(Update);

/// When within training a network's outputs are held against the criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Judge {
    /// Each epoch by the outputs that it computes: with the weights at its start where updates come once an epoch, while
    /// they move otherwise.
    During,
    /// Each epoch by the weights at its end.
    After,
    /// Once, by the weights after the last epoch.
    End,
}

keywords!(Judge, "--judge", { During => "during", After => "after", End => "end" });

/// What happens to a network once it is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AfterSolved {
    /// It keeps the weights that solved the task; no update in that epoch or later.
    Retire,
    /// It trains on to the last epoch.
    Continue,
}

keywords!(AfterSolved, "--after-solved", { Retire => "retire", Continue => "continue" });
