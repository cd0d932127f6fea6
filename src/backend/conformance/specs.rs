//! The specs that a backend must agree on: each setting's every value, and the pairs that interact.

use crate::spec::{
    Activation, Activations, AfterSolved, Bias, Criterion, Init, Layers, Levels, Loss, Optimizer, Spec, Task, Update,
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

/// Activation, loss, optimizer and update: each value of one beside each of another, in as few specs as that takes. In row
/// `i` and column `j` of a square whose side is prime, `i`, `j`, `i + j` and `i + 2j` meet each other once.
fn paired_specs() -> Vec<Spec> {
    let optimizers = [(Optimizer::Gd, 0.0, 0.3), (Optimizer::Gd, 0.9, 0.1), (Optimizer::Adam, 0.0, 0.01)];
    let (activations, losses, updates) = (Activation::ALL, Loss::ALL, Update::ALL);
    let most = activations.len().max(losses.len()).max(updates.len()).max(optimizers.len());
    let side = (most.max(3)..).find(|side| (2..*side).all(|part| side % part != 0)).unwrap_or(most);
    let cells = (0..side).flat_map(|i| (0..side).map(move |j| (i, j)));
    let specs = cells.map(|(i, j)| {
        let (optimizer, momentum, lr) = optimizers[i % optimizers.len()];
        let activation = activations[(i + j) % side % activations.len()];
        // Without anything that saturates, larger steps leave the range of numbers.
        let lr = if activation == Activation::Linear { 0.1 * lr } else { lr };
        let spec = Spec {
            activation: activation.into(),
            loss: losses[(i + 2 * j) % side % losses.len()],
            update: updates[j % updates.len()],
            optimizer,
            momentum,
            lr: lr.into(),
            ..base()
        };
        // A loss that takes no such outputs meets the activation in the hidden layer.
        let hidden = Spec { activation: Activations::new([activation, Activation::Sigmoid]), ..spec.clone() };
        if spec.problem().is_ok() { spec } else { hidden }
    });
    specs.collect()
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
    let mut specs = vec![base.clone(), momentum.clone(), online.clone(), adam.clone()];
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
