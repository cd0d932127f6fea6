//! Settings by the names that they have in other tools, and what to write here.

/// A flag, what is to be said of it beyond its name, and its names elsewhere.
type Row = (&'static str, &'static str, &'static [&'static str]);

const ROWS: &[Row] = &[
    ("task", "", &["problem", "dataset", "data", "input", "file", "csv", "function"]),
    (
        "layers",
        "which lists all layers, as in 2,4,1",
        &[
            "hidden",
            "hidden-layers",
            "hidden-layer-sizes",
            "hidden-size",
            "hidden-units",
            "neurons",
            "units",
            "topology",
        ],
    ),
    ("activation", "", &["act", "activations", "activation-function", "nonlinearity", "transfer-function"]),
    ("bias", "as in --bias off", &["no-bias", "biases", "use-bias"]),
    ("loss", "", &["loss-function", "loss-fn", "cost", "objective"]),
    ("optimizer", "", &["optim", "optimiser", "solver", "algorithm"]),
    ("lr", "", &["learning-rate", "learning-rate-init", "learnrate", "rate", "eta", "eta0", "step-size"]),
    ("lr", "for the learning rate; a penalty on large weights is --weight-decay", &["alpha"]),
    ("lr-schedule", "", &["lr-decay", "learning-rate-decay", "lr-scheduler", "scheduler", "schedule", "decay"]),
    ("momentum", "", &["mu"]),
    ("weight-decay", "", &["l2", "l2-penalty", "regularization", "lambda", "wd"]),
    ("betas", "", &["beta", "beta1", "beta2", "beta-1", "beta-2"]),
    ("epsilon", "", &["eps"]),
    (
        "update",
        "which says after how many examples weights move",
        &["batch-size", "batch", "minibatch", "mini-batch", "online", "stochastic", "shuffle"],
    ),
    ("init", "", &["initializer", "kernel-initializer", "weight-init", "init-weights", "initialization"]),
    (
        "epochs",
        "",
        &["epoch", "iterations", "iters", "iter", "max-iter", "max-iters", "max-iterations", "max-epochs", "steps"],
    ),
    (
        "solved",
        "as in --solved max-error:0.1",
        &["threshold", "tol", "tolerance", "target-error", "desired-error", "max-error", "error", "stop", "criterion"],
    ),
    (
        "nets",
        "",
        &["n", "networks", "network-count", "count", "samples", "runs", "trials", "repeats", "restarts", "population"],
    ),
    ("seed", "", &["random-state", "random-seed", "rng-seed"]),
    ("backend", "", &["cpu", "gpu", "cuda", "engine"]),
    ("precision", "", &["dtype", "float", "double"]),
    ("threads", "", &["j", "jobs", "workers", "cores", "thread-count"]),
    ("weights-in", "", &["weights", "initial-weights", "load", "load-weights", "starts"]),
    ("weights-out", "", &["save", "save-weights"]),
    ("out", "", &["o", "output", "output-dir", "out-dir", "outdir"]),
];

/// A name without dashes before it, words joined by dashes.
fn plain(typed: &str) -> String {
    typed.trim_start_matches('-').to_lowercase().replace('_', "-")
}

fn row_for(typed: &str) -> Option<&'static Row> {
    let of = |name: &str| ROWS.iter().find(|(flag, _, names)| *flag == name || names.contains(&name));
    let name = plain(typed);
    // Counts are often marked as such, as in nb-epoch.
    let counted = || name.split_once('-').filter(|(mark, _)| mark.starts_with('n') && mark.len() <= 3);
    of(&name).or_else(|| of(counted()?.1))
}

/// The flag here, without dashes, for one of another tool.
pub(super) fn flag_for(typed: &str) -> Option<&'static str> {
    row_for(typed).map(|row| row.0)
}

/// What to write for a flag of another tool.
pub(super) fn hint(typed: &str) -> Option<String> {
    row_for(typed).map(|(flag, more, _)| match more.is_empty() {
        true => format!("use --{flag}"),
        false => format!("use --{flag}, {more}"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::settings::Settings;
    use super::*;

    #[test]
    fn names_of_other_tools_are_known_however_they_are_spelt() {
        for (typed, flag) in [
            ("--learning-rate", "lr"),
            ("--learning_rate", "lr"),
            ("--hidden", "layers"),
            ("-n", "nets"),
            ("--n", "nets"),
            ("--n-iter", "epochs"),
            ("--nb_epoch", "epochs"),
            ("--no-bias", "bias"),
            ("--weights_out", "weights-out"),
            ("--tol", "solved"),
            ("--random_state", "seed"),
        ] {
            assert_eq!(flag_for(typed), Some(flag), "{typed}");
        }
        assert_eq!(hint("--hidden").unwrap(), "use --layers, which lists all layers, as in 2,4,1");
        assert_eq!(flag_for("--colour"), None);
        assert_eq!(flag_for(""), None);
    }

    /// Flags of a list that no verb has.
    fn unknown(flags: &[&str]) -> Vec<String> {
        let command = super::super::help::command(&super::super::ALL);
        let known: Vec<&str> = command
            .get_subcommands()
            .flat_map(|verb| verb.get_arguments().filter_map(|argument| argument.get_long()))
            .collect();
        flags.iter().filter(|flag| !known.contains(flag)).map(|flag| flag.to_string()).collect()
    }

    #[test]
    fn what_is_hinted_at_exists() {
        let flags: Vec<&str> = ROWS.iter().map(|row| row.0).collect();
        assert_eq!(unknown(&flags), [] as [String; 0]);
        assert_eq!(unknown(&["lr", "learning-rate", "nets"]), ["learning-rate"], "a wrong one must be found");
        // What else a hint names.
        let named = |row: &Row| row.1.split_whitespace().find_map(|word| word.strip_prefix("--")).map(str::to_owned);
        let named: Vec<String> = ROWS.iter().filter_map(named).collect();
        assert!(named.len() >= 3, "{named:?}");
        assert_eq!(unknown(&named.iter().map(String::as_str).collect::<Vec<_>>()), [] as [String; 0]);
    }

    /// No name stands twice, and none is a setting of our own.
    #[test]
    fn each_name_means_one_thing() {
        let mut names: Vec<&str> = ROWS.iter().flat_map(|row| row.2).copied().collect();
        let own = Settings::names();
        for name in &names {
            assert!(!own.iter().any(|own| own == name), "--{name} is a setting itself");
            assert_eq!(plain(name), *name, "{name} is never found");
        }
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
