//! What the documentation says: every command in a block of a page is one that the program takes, the guide's run from the
//! first to the last, its Rust is compiled, scripts are there, what is shown of a trait is the trait's, and every link leads
//! somewhere. Blocks of Python are run by `python/tests/test_docs.py`.

use std::path::{Path, PathBuf};

use basins::cli::ask;

use super::{basins, printed};
use crate::support::root;

/// Verbs that check their settings and stop, by `--print-config`.
const WITH_SETTINGS: [&str; 7] = ["run", "sweep", "map", "surface", "trace", "verify", "bench"];
/// Verbs whose commands take no time as they stand.
const CHEAP: [&str; 2] = ["power", "devices"];
/// Size of the guide's runs here.
const SMALL: [(&str, &str); 2] = [("--nets", "10"), ("--epochs", "50")];

/// Every Markdown file of the repository, but for what tools have put there.
fn pages() -> Vec<PathBuf> {
    let (mut folders, mut found) = (vec![root().to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && !["target", "corpus", "errors.in"].contains(&name.as_str()) {
                folders.push(path);
            } else if name.ends_with(".md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn name(page: &Path) -> String {
    page.strip_prefix(root()).unwrap_or(page).display().to_string()
}

/// Lines of a page with the language of the block that they stand in; nothing is prose, `""` an indented block.
fn lines(text: &str) -> Vec<(Option<&str>, &str)> {
    let mut fence: Option<&str> = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.trim_start().strip_prefix("```") {
            Some(_) if fence.is_some() => fence = None,
            Some(language) => fence = Some(language.split(' ').next().unwrap_or_default()),
            None if fence.is_none() && line.starts_with("    ") => lines.push((Some(""), line.trim_start())),
            None => lines.push((fence, line)),
        }
    }
    lines
}

/// Commands of the program in blocks of a page, without `basins`: what stands after two spaces or ` # ` explains them.
fn commands(text: &str) -> Vec<String> {
    let lines = lines(text);
    let mut rows =
        lines.iter().filter_map(|(block, line)| matches!(block, Some("" | "console" | "text")).then_some(line));
    let mut found = Vec::new();
    while let Some(line) = rows.next() {
        let mut line = (*line).to_owned();
        while let Some(begun) = line.strip_suffix('\\') {
            line = format!("{} {}", begun.trim_end(), rows.next().map_or("", |next| next.trim()));
        }
        let line = line.strip_prefix("$ ").unwrap_or(&line);
        let words = line.split_once("  ").map_or(line, |(command, _)| command);
        let words = words.split_once(" # ").map_or(words, |(command, _)| command).trim_end();
        let built = words.strip_prefix("cargo run --release -- ");
        if let Some(command) = built.or_else(|| words.strip_prefix("basins ")) {
            let run = if command.starts_with('-') { "run " } else { "" };
            found.push(format!("{run}{command}"));
        } else if words == "basins" {
            found.push("run".to_owned());
        }
    }
    found
}

/// Verbs that are named in the prose of a page, as `basins merge`.
fn verbs(text: &str) -> Vec<String> {
    let prose: String =
        lines(text).iter().filter(|(block, _)| block.is_none()).map(|(_, line)| format!("{line} ")).collect();
    let named = prose.split('`').skip(1).step_by(2).filter_map(|code| code.strip_prefix("basins ")?.split(' ').next());
    named.filter(|verb| verb.starts_with(|c: char| c.is_ascii_lowercase())).map(str::to_owned).collect()
}

/// A command's words; what is quoted is one.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('\'').enumerate();
    let words = parts.flat_map(|(at, part)| match at % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

/// Blocks that are files, as ```` ```csv flowers.csv ````, written into a folder.
fn write_files(text: &str, folder: &Path) {
    for block in text.split("```csv ").skip(1) {
        let (file, rest) = block.split_once('\n').unwrap();
        std::fs::write(folder.join(file), rest.split_once("```").unwrap().0).unwrap();
    }
}

/// The same command for few networks and epochs.
fn small(command: &str) -> Vec<String> {
    let mut words = words(command);
    let sizes: &[(&str, &str)] = match words[0].as_str() {
        "run" | "sweep" => &SMALL,
        "trace" => &SMALL[1..],
        _ => &[],
    };
    for (flag, size) in sizes {
        match words.iter().position(|word| word == flag) {
            Some(at) => words[at + 1] = (*size).to_owned(),
            None => words.extend([*flag, *size].map(str::to_owned)),
        }
    }
    words
}

/// What the program says against words, run in a folder.
fn refused(folder: &Path, words: &[String]) -> Option<String> {
    let output = basins(folder).env("BASINS_BACKEND", "reference").args(words).output().unwrap();
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What is wrong with a command: words that mean nothing, or settings that do not go together.
fn wrong(folder: &Path, command: &str) -> Option<String> {
    let mut words = words(command);
    if let Err(error) = ask::check(&words) {
        return Some(error.to_string());
    }
    if WITH_SETTINGS.contains(&words[0].as_str()) {
        words.extend(["--print-config", "--quiet"].map(str::to_owned));
        return refused(folder, &words);
    }
    CHEAP.contains(&words[0].as_str()).then(|| refused(folder, &words))?
}

#[test]
fn commands_of_the_documentation_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("iris.csv"), "5.1,3.5,1.4,0.2,a\n7.0,3.2,4.7,1.4,b\n6.3,3.3,6.0,2.5,c\n")
        .unwrap();
    std::fs::write(folder.path().join("mine.toml"), "lr = 0.5\n").unwrap();
    let help = printed(folder.path(), "-h");
    let known = |verb: &String| help.lines().any(|line| line.split_whitespace().next() == Some(verb));
    let (mut mistakes, mut count) = (Vec::new(), 0);
    for page in pages().iter().filter(|page| !page.ends_with("tests/suite/cli/errors.md")) {
        let text = std::fs::read_to_string(page).unwrap();
        write_files(&text, folder.path());
        for command in commands(&text) {
            count += 1;
            let what = wrong(folder.path(), &command);
            mistakes.extend(what.map(|what| format!("{}: basins {command}\n   {what}", name(page))));
        }
        let unknown = verbs(&text).into_iter().filter(|verb| !known(verb));
        mistakes.extend(unknown.map(|verb| format!("{}: there is no verb {verb}", name(page))));
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert!(count > 50, "only {count} commands were found");
    // What is planted is found: a flag, a value, settings that do not go together, a verb.
    for planted in ["    basins run --layerz 2,3,1   typo", "```console\n$ basins run \\\n    --lr fast\n```"] {
        let found = commands(planted);
        assert!(found.len() == 1 && wrong(folder.path(), &found[0]).is_some(), "{planted}");
    }
    assert!(wrong(folder.path(), "run --layers 3,3,1").is_some_and(|what| what.contains("2,3,1")));
    assert!(wrong(folder.path(), "merge DIR").is_some());
    assert!(wrong(folder.path(), "power --rate 2").is_some());
    assert_eq!(verbs("By `basins join DIR` and `basins merge`.\n\n    `basins no`"), ["join", "merge"]);
    assert!(!known(&"join".to_owned()) && known(&"merge".to_owned()));
}

#[test]
fn the_guide_runs_from_its_first_command_to_its_last() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(root().join("docs/guide.md")).unwrap();
    write_files(&text, folder.path());
    let (shown, _) = text.split_once("## More to ask").expect("commands that are only shown come last");
    let commands = commands(shown);
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands {
        assert_eq!(refused(folder.path(), &small(&command)), None, "basins {command}");
    }
    assert!(folder.path().join("xor/report.html").is_file() && folder.path().join("fast/outcomes.parquet").is_file());
    assert!(refused(folder.path(), &small("compare xor slow")).is_some(), "a folder that no command has made");
}

/// Lines of all blocks in a language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    lines(text).into_iter().filter(|(block, _)| *block == Some(language)).map(|(_, line)| line).collect()
}

/// What the guide shows in Rust, as it stands there.
#[allow(clippy::print_stdout, reason = "the guide prints")]
#[rustfmt::skip]
fn shown_in_the_guide() -> basins::Result<()> {
    use basins::{Run, spec::Spec};

    let answer = Run::new(Spec { lr: 3.0.into(), ..Spec::default() }).nets(10_000).run()?;
    println!("{:.1}% of {:?}", 100.0 * answer.rate(), answer.interval());
    Ok(())
}

#[test]
fn rust_of_the_guide_is_compiled() {
    let guide = std::fs::read_to_string(root().join("docs/guide.md")).unwrap();
    let shown = blocks(&guide, "rust");
    let source = include_str!("docs.rs");
    let (_, rest) = source.split_once("fn shown_in_the_guide() -> basins::Result<()> {\n").unwrap();
    let (body, _) = rest.split_once("    Ok(())\n").unwrap();
    let compiled: Vec<&str> = body.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
    assert_eq!(shown, compiled);
    let _: fn() -> basins::Result<()> = shown_in_the_guide;
}

/// Functions and constants of traits that a page shows and the source has not, as `fn range(self) -> (f64, f64)`.
fn unknown_items(text: &str, source: &str) -> Vec<String> {
    let items = blocks(text, "rust").into_iter().filter_map(|line| {
        let line = line.trim();
        let ends = [line.find(" {"), line.find(" ="), Some(line.len())];
        let item = &line[..ends.into_iter().flatten().min()?];
        (line.starts_with("fn ") || line.starts_with("const ")).then(|| item.to_owned())
    });
    // An argument that is not used has an underscore before its name.
    items.filter(|item| !source.contains(item) && !source.contains(&item.replace(" _", " "))).collect()
}

#[test]
fn traits_are_shown_as_they_are() {
    let page = std::fs::read_to_string(root().join("docs/adding.md")).unwrap();
    let files = ["src/rule/activation/mod.rs", "src/cli/verb.rs"];
    let source: String = files.map(|file| std::fs::read_to_string(root().join(file)).unwrap()).concat();
    assert_eq!(unknown_items(&page, &source), [""; 0]);
    let planted = page.replace("fn special_count(self) -> u64", "fn special_count(self) -> u32");
    assert_eq!(unknown_items(&planted, &source), ["fn special_count(self) -> u32"]);
    assert!(blocks(&page, "rust").len() > 30);
}

/// What lines of a page run that the repository has not: scripts, and tests, benches and examples by their names.
fn missing(text: &str) -> Vec<String> {
    let blocks = lines(text).into_iter().filter(|(block, _)| matches!(block, Some("" | "console" | "text")));
    let mut found = Vec::new();
    for line in blocks.map(|(_, line)| line.trim().trim_start_matches("$ ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let script = words
            .first()
            .filter(|word| ["tests/", "benches/", "fuzz/", "examples/"].iter().any(|folder| word.starts_with(folder)));
        found.extend(script.filter(|path| !root().join(path).exists()).map(|path| (*path).to_owned()));
        if words.first() == Some(&"cargo") {
            for pair in words.windows(2) {
                let folder = match pair[0] {
                    "--test" => "tests",
                    "--bench" => "benches",
                    "--example" => "examples",
                    _ => continue,
                };
                let places = [format!("{folder}/{}.rs", pair[1]), format!("{folder}/{}/main.rs", pair[1])];
                if !places.iter().any(|place| root().join(place).exists()) {
                    found.push(format!("{} {}", pair[0], pair[1]));
                }
            }
        }
    }
    found
}

#[test]
fn what_pages_run_is_there() {
    for page in pages() {
        assert_eq!(missing(&std::fs::read_to_string(&page).unwrap()), [""; 0], "{}", name(&page));
    }
    let planted =
        "    tests/gone.sh      a script\n\n    cargo test --test suite NAME\n\n    cargo run --example gone\n";
    assert_eq!(missing(planted), ["tests/gone.sh", "--example gone"]);
}

/// The anchor of a heading, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// Relative links of a page that lead nowhere.
fn dead_links(page: &Path, text: &str) -> Vec<String> {
    let prose: Vec<&str> = lines(text).into_iter().filter(|(block, _)| block.is_none()).map(|(_, line)| line).collect();
    let prose = prose.join("\n");
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let is_dead = |target: &&str| {
        let (path, part) = target.split_once('#').unwrap_or((target, ""));
        let path = if path.is_empty() { page.to_owned() } else { page.with_file_name(path) };
        let has_part = || {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            lines(&text).iter().any(|(block, line)| {
                block.is_none() && line.starts_with('#') && anchor(line.trim_start_matches('#')) == part
            })
        };
        !path.exists() || !(part.is_empty() || has_part())
    };
    targets.filter(|target| !target.contains("://")).filter(is_dead).map(str::to_owned).collect()
}

#[test]
fn links_of_the_documentation_lead_somewhere() {
    let pages = pages();
    assert!(pages.len() > 15, "only {} pages were found", pages.len());
    for page in &pages {
        let dead = dead_links(page, &std::fs::read_to_string(page).unwrap());
        assert!(dead.is_empty(), "{}: {dead:?}", name(page));
    }
    let readme = root().join("README.md");
    let planted =
        "[a](docs/gone.md), [b](docs/guide.md), [c](docs/guide.md#nowhere), [d](#gone), [e](docs/guide.md#install)";
    assert_eq!(dead_links(&readme, planted), ["docs/gone.md", "docs/guide.md#nowhere", "#gone"]);
}
