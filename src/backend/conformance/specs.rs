//! The specs that a backend must agree on: each setting's every value, and the pairs that interact.

use std::collections::BTreeSet;

use crate::spec::{
    Activation, Activations, AfterSolved, Auto, Betas, Bias, BiasInit, Criterion, Init, Judge, Layers, Levels, Loss,
    Optimizer, Order, Schedule, Spec, Task, Update,
};

fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| unreachable!("{text} is a valid setting"))
}

/// Small steps from every start, so that precisions stay together for 32 epochs.
fn base() -> Spec {
    Spec { lr: 0.3.into(), epochs: 32, after_solved: AfterSolved::Continue, ..Spec::default() }
}

/// Short runs in which final weights must agree (T2): 32 epochs at most, all networks train to the end.
pub fn short_specs() -> Vec<Spec> {
    let mut specs = connected_specs();
    specs.extend(tuned_specs());
    specs.extend(ordered_specs());
    specs.extend(paired_specs());
    specs.extend(Init::ALL.iter().map(|init| Spec { init: *init, ..base() }));
    let minus_one = Levels { low: -1.0, high: 1.0 };
    for (task, layers) in [
        ("and", "2,1"),
        ("or", "2,2,1"),
        ("table:01101001", "3,4,1"),
        ("parity:4", "4,8,1"),
        ("xor", "2,4,4,1"),
        ("xor", "2,5,3,2,1"),
        ("xor", "2,9,7,1"),
        ("parity:3", "3,17,1"),
    ] {
        specs.push(Spec { task: parsed(task), layers: parsed(layers), ..base() });
        specs.push(Spec {
            task: parsed(task),
            layers: parsed(layers),
            activation: Activation::Tanh.into(),
            loss: Loss::Mse,
            inputs: minus_one,
            targets: minus_one,
            update: Update::ONLINE,
            momentum: 0.5,
            lr: 0.05.into(),
            ..base()
        });
    }
    specs.push(Spec { targets: Levels { low: 0.1, high: 0.9 }, ..base() });
    specs.retain(|spec| spec.problem().is_ok());
    specs
}

/// Every optimizer, with a momentum and a rate small enough for precisions to stay together.
pub const OPTIMIZERS: [(Optimizer, f64, f64); 8] = [
    (Optimizer::Gd, 0.0, 0.3),
    (Optimizer::Gd, 0.9, 0.1),
    (Optimizer::Adam, 0.0, 0.01),
    (Optimizer::Nesterov, 0.8, 0.05),
    (Optimizer::Rmsprop, 0.0, 0.002),
    (Optimizer::Adagrad, 0.0, 0.02),
    (Optimizer::Adamw, 0.0, 0.01),
    (Optimizer::Rprop, 0.0, 0.001),
];

/// Activation, loss, optimizer and update: each value of one beside each of another, wherever the two have a meaning
/// together, in few specs: always the one next that has most pairs which none before has.
fn paired_specs() -> Vec<Spec> {
    let mut candidates = Vec::new();
    for (activation, loss) in
        Activation::ALL.iter().flat_map(|activation| Loss::ALL.iter().map(move |loss| (*activation, *loss)))
    {
        for ((optimizer, momentum, lr), update) in
            OPTIMIZERS.into_iter().flat_map(|optimizer| Update::ALL.iter().map(move |update| (optimizer, *update)))
        {
            // Without anything that saturates, larger steps leave the range of numbers.
            let lr = if activation.range().1.is_finite() { lr } else { 0.1 * lr };
            // Outputs that come to rest on a kink are thrown to and fro by rounding: these must not come so far.
            let lr = if loss.has_kinks() { 0.02 * lr } else { lr };
            let spec =
                Spec { activation: activation.into(), loss, update, optimizer, momentum, lr: lr.into(), ..base() };
            // A loss that takes no such outputs meets the activation in the hidden layer.
            let hidden = Spec { activation: Activations::new([activation, Activation::Sigmoid]), ..spec.clone() };
            candidates.extend([spec, hidden].into_iter().find(|spec| spec.problem().is_ok()));
        }
    }
    let pairs: Vec<[[String; 2]; 6]> = candidates.iter().map(pairs_of).collect();
    let mut missing: BTreeSet<&[String; 2]> = pairs.iter().flatten().collect();
    let mut chosen = Vec::new();
    while !missing.is_empty() {
        let news = |at: &usize| pairs[*at].iter().filter(|pair| missing.contains(pair)).count();
        // The first of the best.
        let Some(best) = (0..candidates.len()).rev().max_by_key(news) else { break };
        pairs[best].iter().for_each(|pair| {
            missing.remove(pair);
        });
        chosen.push(candidates[best].clone());
    }
    chosen
}

/// The pairs of values that meet in a spec: of the first layer's activation, the loss, the optimizer with its momentum or
/// without, and the update.
pub fn pairs_of(spec: &Spec) -> [[String; 2]; 6] {
    let words = [
        spec.activation.of_layer(0).to_string(),
        spec.loss.to_string(),
        format!("{}, momentum {}", spec.optimizer, spec.momentum > 0.0),
        spec.update.to_string(),
    ];
    [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)].map(|(a, b)| [&words[a], &words[b]].map(String::clone))
}

/// Orders and minibatches where they meet sizes, layers and rules for which backends have code of their own.
fn ordered_specs() -> Vec<Spec> {
    let mut specs = Vec::new();
    for update in [
        Update::Online(Order::Shuffled),
        Update::Online(Order::Random),
        Update::Minibatch(3, Order::Shuffled),
        Update::Minibatch(3, Order::Given),
        Update::Minibatch(64, Order::Shuffled),
    ] {
        let ordered = Spec { update, lr: 0.1.into(), ..base() };
        specs.push(Spec { task: parsed("parity:3"), layers: parsed("3,5,1"), ..ordered.clone() });
        specs.push(Spec { layers: parsed("2,5,4,1"), activation: parsed("relu,tanh,sigmoid"), ..ordered.clone() });
        specs.push(Spec { shortcuts: true, bias: Bias::Off, optimizer: Optimizer::Adam, lr: 0.01.into(), ..ordered });
    }
    // Two examples at a time: two hidden layers, a last update of fewer examples, a last example without a second.
    specs.extend([("xor", "2,4,4,1", 2), ("parity:3", "3,5,1", 6), ("encoder:5", "5,3,5", 2)].map(
        |(task, layers, size)| Spec {
            task: parsed(task),
            layers: parsed(layers),
            update: Update::Minibatch(size, Order::Shuffled),
            lr: 0.1.into(),
            ..base()
        },
    ));
    specs
}

/// Decay, schedules, betas, layers that stay, judging after the epoch or at the end: alone, and where they meet.
fn tuned_specs() -> Vec<Spec> {
    let adam = Spec { optimizer: Optimizer::Adam, lr: 0.01.into(), ..base() };
    let online = Spec { update: Update::ONLINE, momentum: 0.5, lr: 0.1.into(), ..base() };
    let mut specs = vec![
        Spec { betas: Auto::Of(Betas([0.5, 0.9])), epsilon: Auto::Of(1e-4), ..adam.clone() },
        Spec {
            optimizer: Optimizer::Rmsprop,
            betas: Auto::Of(Betas([0.0, 0.9])),
            epsilon: Auto::Of(1e-2),
            ..adam.clone()
        },
        Spec { lr: parsed("0,0.3"), ..base() },
        Spec { lr: parsed("0.01,0"), ..adam.clone() },
        Spec { lr: parsed("0,0.01"), optimizer: Optimizer::Rprop, ..base() },
        Spec { bias_init: BiasInit::Own(Init::Between(1.0, 2.0)), init: Init::Normal(0.3), ..base() },
        Spec { bias_init: BiasInit::Zero, init: Init::Sklearn, activation: parsed("tanh,sigmoid"), ..base() },
        Spec {
            activation: parsed("leaky-relu:0.3,leaky-relu:0.1,linear"),
            layers: parsed("2,4,3,1"),
            loss: Loss::Mse,
            ..online.clone()
        },
        Spec { activation: parsed("gelu,silu,softplus,sin,sigmoid"), layers: parsed("2,4,3,5,3,1"), ..base() },
    ];
    for (at, schedule) in
        [Schedule::Step(10, 0.5), Schedule::Exponential(0.95), Schedule::Cosine].into_iter().enumerate()
    {
        let spec = [base(), online.clone(), adam.clone()][at].clone();
        specs.push(Spec { lr_schedule: schedule, weight_decay: 0.1, ..spec });
    }
    specs.push(Spec { weight_decay: 0.1, optimizer: Optimizer::Adamw, ..adam });
    specs.push(Spec { weight_decay: 0.05, update: Update::Minibatch(3, Order::Shuffled), bias: Bias::Off, ..base() });
    specs.extend(class_specs());
    for judge in [Judge::After, Judge::End] {
        specs.push(Spec { judge, ..base() });
        specs.push(Spec { judge, update: Update::Online(Order::Random), ..online.clone() });
    }
    specs
}

/// Several outputs: classes that exclude each other, and outputs by themselves.
fn class_specs() -> Vec<Spec> {
    let classes = Spec {
        task: parsed("encoder:4"),
        layers: parsed("4,2,4"),
        activation: parsed("tanh,softmax"),
        lr: 0.5.into(),
        ..base()
    };
    vec![
        classes.clone(),
        Spec { update: Update::Online(Order::Shuffled), activation: parsed("gelu,softmax"), ..classes.clone() },
        Spec { layers: parsed("4,4"), activation: parsed("softmax"), ..classes.clone() },
        Spec {
            layers: parsed("4,3,5,4"),
            shortcuts: true,
            optimizer: Optimizer::Adam,
            lr: 0.01.into(),
            ..classes.clone()
        },
        Spec { activation: parsed("sigmoid"), update: Update::Minibatch(3, Order::Given), ..classes },
    ]
}

/// Shortcuts, rates by layer, no biases, linear outputs: alone, and where they meet.
fn connected_specs() -> Vec<Spec> {
    let online = Spec { update: Update::ONLINE, momentum: 0.5, ..base() };
    let adam = Spec { optimizer: Optimizer::Adam, lr: parsed("0.01,0.03"), ..base() };
    let linear = Spec { activation: parsed("sigmoid,linear"), loss: Loss::Mse, lr: 0.05.into(), ..base() };
    let tanh = Spec { activation: parsed("tanh,linear"), ..linear.clone() };
    let mut specs = vec![
        Spec { lr: parsed("0.1,0.5"), ..base() },
        Spec { lr: parsed("0.5,0.1,0.3"), layers: parsed("2,5,4,1"), ..online.clone() },
        adam.clone(),
        Spec { bias: Bias::Off, ..base() },
        Spec { bias: Bias::Off, ..online.clone() },
        Spec { bias: Bias::Off, ..adam.clone() },
        linear.clone(),
        Spec { update: Update::ONLINE, ..linear.clone() },
        Spec { bias: Bias::Off, lr: parsed("0.02,0.1"), layers: parsed("2,8,1"), ..tanh.clone() },
    ];
    for layers in ["2,1,1", "2,3,1", "2,5,4,1", "2,9,1"] {
        let layers: Layers = parsed(layers);
        specs.extend([base(), online.clone(), tanh.clone()].map(|spec| Spec {
            shortcuts: true,
            layers: layers.clone(),
            ..spec
        }));
    }
    specs.push(Spec { shortcuts: true, bias: Bias::Off, ..adam });
    specs.push(Spec { shortcuts: true, bias: Bias::Off, lr: parsed("0.02,0.1"), ..tanh });
    specs
}

/// Runs long enough for networks to be solved, with settings in which many are: each criterion, each policy.
pub fn slow_specs() -> Vec<Spec> {
    let fast = Spec { lr: 2.0.into(), epochs: 600, ..Spec::default() };
    let mut specs: Vec<Spec> = Vec::new();
    for &solved in Criterion::ALL {
        for &after_solved in AfterSolved::ALL {
            specs.push(Spec { solved, after_solved, ..fast.clone() });
        }
    }
    // By classes, by loss.
    let classes = Spec {
        task: parsed("encoder:4"),
        layers: parsed("4,2,4"),
        activation: parsed("sigmoid,softmax"),
        solved: Criterion::Accuracy,
        ..fast.clone()
    };
    specs.push(Spec { solved: Criterion::Loss(0.3), ..classes.clone() });
    specs.push(Spec { activation: parsed("sigmoid"), ..classes.clone() });
    specs.push(classes);
    for judge in [Judge::After, Judge::End] {
        specs.push(Spec { judge, ..fast.clone() });
        specs.push(Spec { judge, update: Update::Online(Order::Shuffled), lr: 1.0.into(), ..fast.clone() });
    }
    specs.push(Spec { update: Update::Online(Order::Random), lr: 1.0.into(), ..fast.clone() });
    specs.push(Spec { update: Update::Minibatch(3, Order::Shuffled), lr: 1.0.into(), ..fast.clone() });
    specs.push(Spec { update: Update::ONLINE, lr: 1.0.into(), ..fast.clone() });
    specs.push(Spec { update: Update::BatchSum, lr: 0.5.into(), momentum: 0.5, ..fast.clone() });
    specs.push(Spec { optimizer: Optimizer::Adam, lr: 0.05.into(), ..fast.clone() });
    specs.push(Spec { optimizer: Optimizer::Adam, lr: 0.05.into(), update: Update::ONLINE, ..fast.clone() });
    specs.push(Spec { shortcuts: true, layers: parsed("2,1,1"), ..fast.clone() });
    specs.push(Spec { task: Task::And, layers: parsed("2,1"), ..fast });
    specs
}

/// Networks of every size and setting for which a backend may have code of its own; some retire early.
pub fn cut_specs() -> Vec<Spec> {
    let base = Spec { lr: 4.0.into(), epochs: 300, ..Spec::default() };
    let momentum = Spec { momentum: 0.3, lr: 2.0.into(), ..base.clone() };
    let online = Spec { update: Update::ONLINE, lr: 1.0.into(), ..momentum.clone() };
    let adam = Spec { optimizer: Optimizer::Adam, lr: 0.05.into(), ..base.clone() };
    let of = |spec: &Spec, task: &str, layers: &str, epochs, solved: &str| Spec {
        task: parsed(task),
        layers: parsed(layers),
        solved: parsed(solved),
        epochs,
        ..spec.clone()
    };
    let shuffled = Spec { update: Update::Online(Order::Shuffled), ..online.clone() };
    let parts = Spec { update: Update::Minibatch(3, Order::Shuffled), judge: Judge::After, ..online.clone() };
    let mut specs = vec![base.clone(), momentum.clone(), online.clone(), adam.clone()];
    // A staged epoch in an order of its own takes long on a device in software.
    specs.push(of(&shuffled, "xor", "2,3,1", 60, "max-error:0.58"));
    specs.push(of(&parts, "xor", "2,3,1", 60, "max-error:0.52"));
    // One hidden layer of a size that no kernel was compiled for, two hidden layers, three.
    specs.extend(["2,5,1", "2,4,4,1"].map(|layers| of(&base, "xor", layers, 200, "max-error:0.45")));
    specs.push(of(&base, "xor", "2,5,3,2,1", 200, "max-error:0.53"));
    specs.push(of(&momentum, "xor", "2,4,4,1", 200, "max-error:0.45"));
    // A block of eight examples, two blocks, thirty-two: near the start all outputs lie near one half.
    specs.push(of(&base, "table:01101001", "3,4,1", 40, "max-error:0.53"));
    specs.extend([&base, &momentum, &adam].map(|spec| of(spec, "parity:4", "4,8,1", 40, "max-error:0.53")));
    let slow = Spec { lr: 0.1.into(), ..online };
    specs.push(of(&slow, "parity:4", "4,8,1", 40, "max-error:0.58"));
    specs.push(of(&base, "parity:8", "8,5,1", 10, "max-error:0.53"));
    specs
}
