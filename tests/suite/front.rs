//! The front door of the library: the same answers as by the stages behind it, whole or in shares.

use basins::Run;
use basins::backend::{Choice, Driver, Mock, Open};
use basins::front::Keep;
use basins::outcome::{Outcomes, Values, Weights};
use basins::report::run_json;
use basins::spec::{Given, PixelStarts, Population, Shard, Spec, Task};
use basins::study::{ExamineBudget, RunAnswer, RunStudy};

fn spec() -> Spec {
    Spec { lr: 4.0.into(), epochs: 400, ..Spec::default() }
}

fn asked() -> Run<'static> {
    Run::new(spec()).nets(300).first(20).seed(9).backend(Choice::Simd).examine(ExamineBudget::Count(3))
}

/// The object without times, and without work on lanes that idle, which depends on who shared it.
fn timeless(answer: &RunAnswer) -> String {
    let mut object = run_json(answer);
    ["seconds", "net_epochs_per_second", "net_epochs_executed"].iter().for_each(|name| drop(object[*name].take()));
    object.to_string()
}

/// Without a page of text where it fails.
fn same(one: &RunAnswer, other: &RunAnswer) -> bool {
    timeless(one) == timeless(other)
}

#[test]
fn a_run_is_what_its_study_makes_of_it() {
    let problem = spec().problem().unwrap();
    let mut backend = Open::from(Choice::Simd).backend().unwrap();
    let study = RunStudy { examine_per_fate: 3, ..RunStudy::new(&problem, Population::new(20, 300, 9).unwrap()) };
    let by_stages = study.run(&mut Driver::new(backend.as_mut())).unwrap();
    assert!(same(&asked().run().unwrap(), &by_stages));
    assert!(!same(&asked().seed(10).run().unwrap(), &by_stages), "another seed");
    let object = serde_json::to_value(&by_stages).unwrap();
    assert_eq!((&object["schema"], &object["nets"]), (&"basins.run/1".into(), &300.into()));
}

#[test]
fn what_is_left_out_is_the_command_lines_default() {
    let asked = Run::new(Spec::default());
    assert_eq!(asked.asked().unwrap(), Population::new(0, 100_000, 0).unwrap());
    assert_eq!(asked.until_width(0.01).asked().unwrap().count(), 1_000_000_000);
    let layers = Spec::default().layers;
    let starts = Weights::new(&layers, vec![0.5f32; 13 * 4].into());
    assert_eq!(Run::new(Spec::default()).starts(starts).asked().unwrap().count(), 4);
}

#[test]
fn wrong_questions_are_refused_before_anything_is_trained() {
    let refused = |run: Run<'_>| run.run().unwrap_err();
    let starts = |layers: &str, values: usize| Weights::new(&layers.parse().unwrap(), vec![0.5f32; values].into());
    assert!(refused(asked().starts(starts("2,3,1", 13))).to_string().contains("--first 20 and --nets 300"));
    assert!(
        refused(Run::new(spec()).starts(starts("2,2,1", 9)))
            .to_string()
            .contains("9 weights a network, but --layers 2,3,1 has 13")
    );
    assert!(refused(asked().nets(0)).is_input() && refused(asked().continue_unsolved(1)).is_input());
    let both = asked().until_width(0.1).shard(Shard::new(1, 2).unwrap());
    assert!(refused(both).to_string().contains("--until-width"));
    assert!(asked().sweep(&["hiden=1,2"], None).unwrap_err().to_string().contains("did you mean hidden?"));
    assert!(asked().map(["lr=0.1..1", "nonsense"], (2, 2), PixelStarts::Same(1)).is_err());
}

#[test]
fn shares_join_to_the_whole() {
    let shared = |run: Run<'static>, part| {
        let run = run.shard(Shard::new(part, 3).unwrap()).keep(Keep::Weights).continue_unsolved(3);
        // What another process finds comes as bytes.
        let bytes = serde_json::to_vec(&run.share().unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    let whole = asked().continue_unsolved(3).train().unwrap();
    let shares = vec![shared(asked(), 2), shared(asked(), 3), shared(asked(), 1)];
    let (answer, networks) = asked().continue_unsolved(3).join(shares.clone()).unwrap();
    let networks = networks.unwrap();
    assert!(same(&answer, &whole.answer));
    assert!(networks.outcomes == whole.outcomes && networks.weights == whole.weights);
    let refused = |shares| asked().join(shares).map(|_| ()).unwrap_err().to_string();
    assert!(refused(vec![shares[0].clone(), shares[1].clone()]).contains("follows a gap"));
    assert!(refused(vec![shares[2].clone(), shares[2].clone()]).contains("is there twice"));
    assert!(refused(vec![shares[2].clone(), shares[0].clone()]).contains("end at network"));
    let other = shared(asked().seed(10), 1);
    assert!(refused(vec![other, shares[0].clone(), shares[1].clone()]).contains("another seed"));
}

#[test]
fn kept_networks_say_what_was_recorded_of_them() {
    let networks = asked().train().unwrap();
    let examples = networks.answer.problem.examples();
    let best = networks.best(5);
    let loss = |network: u64| networks.outcomes.get((network - 20) as usize).loss;
    assert!(best.windows(2).all(|pair| loss(pair[0]) <= loss(pair[1])));
    assert!(networks.outcomes.loss.iter().all(|other| *other >= loss(best[0])));
    for network in [20, 21, 319] {
        let said = networks.predict(network, examples.inputs()).unwrap();
        let recorded = networks.outcomes.get((network - 20) as usize).outputs;
        assert!(said.iter().zip(recorded).all(|(said, recorded)| (said - f64::from(*recorded)).abs() < 1e-4));
        let other = networks.predict(22, examples.inputs()).unwrap();
        assert!(said.iter().zip(&other).any(|(said, other)| (said - other).abs() > 1e-4), "another network");
    }
    assert!(networks.predict(19, &[0.0, 0.0]).unwrap_err().to_string().contains("networks 20 to 319"));
    assert!(networks.predict(20, &[0.0; 3]).is_err());
    let rows = asked().keep(Keep::Outcomes).train().unwrap();
    assert!(rows.outcomes == networks.outcomes);
    assert!(rows.weights.is_none() && rows.predict(20, &[0.0, 0.0]).is_err());
}

#[test]
fn examples_of_a_program_are_those_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, "0,0,no\n0,1,yes\n1,0,yes\n1,1,no\n").unwrap();
    let given = Given::labels(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], 2, &["no", "yes", "yes", "no"]).unwrap();
    let outcomes = |task: Task| -> Outcomes {
        Run::new(Spec { task, ..spec() }).nets(50).backend(Choice::Simd).train().unwrap().outcomes
    };
    assert!(outcomes(Task::Given(given.clone())) == outcomes(Task::Csv(path)));
    let swept = Run::new(Spec { task: Task::Given(given), ..spec() }).nets(50).sweep(&["hidden=2,3"], None).unwrap();
    assert_eq!(swept.points.len(), 2);
}

#[test]
fn a_callers_backend_and_watch_are_used() {
    struct Stop;
    impl basins::backend::Watch for Stop {
        fn interrupted(&self) -> bool {
            true
        }
    }
    let mock = || Mock::new(|network| (network % 10 != 0).then_some(50));
    assert_eq!(asked().on(mock()).run().unwrap().tally.solved(), 270);
    match asked().watch(&Stop).run() {
        Ok(answer) => assert!(answer.interrupted),
        Err(error) => assert_eq!(error.exit_code(), 130),
    }
    let double = Weights::new(&Spec::default().layers, Values::F64(vec![0.25; 13 * 320]));
    let starts = asked().starts(double).train().unwrap();
    assert!(starts.answer.imported_starts && starts.outcomes.loss.windows(2).all(|pair| pair[0] == pair[1]));
}
