//! No circle between files, none between folders: whoever reads a file needs to have read only those below it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

use crate::structure::{own, own_files, paths};

/// Files by the module that they are, and what each uses.
type Graph = BTreeMap<Vec<String>, BTreeSet<Vec<String>>>;

fn names(path: &str) -> Vec<String> {
    path.split("::").map(str::to_owned).collect()
}

/// The module that a file is: `stats/mod.rs` is `stats`, `lib.rs` the root.
fn module(path: &std::path::Path) -> Vec<String> {
    let text = path.with_extension("").to_string_lossy().replace(std::path::MAIN_SEPARATOR, "::");
    names(text.trim_end_matches("::mod")).into_iter().filter(|name| name != "lib").collect()
}

/// A file's own code without what only says who may see it, `pub(in super::super)`.
fn seen_by_all(text: &str) -> String {
    let code = own(text);
    let mut parts = code.split("pub(in ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |code, part| code + "pub" + part.split_once(')').map_or(part, |(_, rest)| rest))
}

/// Names that a file has from others, and its code without the lines that only pass them on.
fn passed_on(code: &str) -> (BTreeMap<String, String>, String) {
    let (mut passed, mut rest, mut done) = (BTreeMap::new(), String::new(), 0);
    for (at, word) in code.match_indices("use ") {
        let start = code[..at].rfind('\n').map_or(0, |end| end + 1);
        let visibility = code[start..at].trim();
        if !visibility.is_empty() && (!visibility.starts_with("pub") || visibility.contains(' ')) {
            continue;
        }
        let path = &code[at + word.len()..];
        let end = at + word.len() + path.find(';').map_or(path.len(), |end| end + 1);
        for path in paths(path) {
            passed.insert(path.rsplit("::").next().unwrap_or_default().to_owned(), path);
        }
        if !visibility.is_empty() {
            rest.push_str(&code[done..start]);
            done = end;
        }
    }
    (passed, rest + &code[done..])
}

/// Words that stand by themselves: not a field, a method, or a part of a path.
fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let joins = |c: char| c.is_alphanumeric() || c == '_';
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| joins(c) || c == ':' || c == '.') && !code[at + word.len()..].starts_with(joins)
    })
}

/// How many modules written into the file surround a place: `super` means the file itself there.
fn depth(code: &str) -> usize {
    let mut open: Vec<bool> = Vec::new();
    for (at, c) in code.char_indices() {
        if c == '{' {
            let line = code[..at].rsplit(['\n', ';', '}']).next().unwrap_or("");
            open.push(line.split_whitespace().rev().nth(1) == Some("mod"));
        } else if c == '}' {
            open.pop();
        }
    }
    open.into_iter().filter(|is_module| *is_module).count()
}

/// Absolute paths of all that a file names by `crate::`, `super::`, `self::` or a module of its own.
fn absolute(module: &[String], children: &[String], code: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    let heads = ["crate", "super", "self"].into_iter().chain(children.iter().map(String::as_str));
    for head in heads {
        let start = format!("{head}::");
        for (at, _) in code.match_indices(&start) {
            let before = code[..at].chars().next_back();
            // What a macro names by `$crate` is used where the macro is called.
            if before.is_some_and(|c| c.is_alphanumeric() || "_:.$".contains(c)) {
                continue;
            }
            for path in paths(&code[at..]) {
                let mut base = module.to_vec();
                let mut rest: VecDeque<String> = names(&path).into();
                let mut inner = depth(&code[..at]);
                match head {
                    "crate" => base.clear(),
                    "super" => {}
                    "self" if inner > 0 => continue,
                    _ => {}
                }
                while let Some(step) = rest.pop_front() {
                    match step.as_str() {
                        "crate" | "self" => {}
                        "super" if inner > 0 => inner -= 1,
                        "super" => drop(base.pop()),
                        _ => {
                            rest.push_front(step);
                            break;
                        }
                    }
                }
                base.extend(rest);
                found.insert(base);
            }
        }
    }
    found
}

fn graph(source: &[(PathBuf, String)]) -> Graph {
    let files: BTreeMap<Vec<String>, _> = source
        .iter()
        .filter(|(path, _)| !path.ends_with("main.rs"))
        .map(|(path, text)| (module(path), passed_on(&seen_by_all(text))))
        .collect();
    // Where a path leads: into the deepest file on it, or on to where that file has the name from.
    let resolve = |path: &[String]| {
        let mut path = path.to_vec();
        loop {
            let known = (0..=path.len()).rev().find(|length| files.contains_key(&path[..*length])).unwrap_or(0);
            let (base, rest) = path.split_at(known);
            let next = rest.first().and_then(|name| files[base].0.get(name));
            match next.and_then(|next| absolute(base, &children(&files, base), next).pop_first()) {
                Some(next) if next != path => path = next,
                _ => return base.to_vec(),
            }
        }
    };
    let mut graph = Graph::new();
    for (module, (passed, code)) in &files {
        let children = children(&files, module);
        let mut used: BTreeSet<Vec<String>> = absolute(module, &children, code);
        // What is only passed on is not used; what is used as well is.
        for path in passed.iter().filter(|(name, _)| has_word(code, name)).map(|(_, path)| path) {
            used.extend(absolute(module, &children, path));
        }
        let targets = used.iter().map(|path| resolve(path)).filter(|target| target != module && !target.is_empty());
        graph.insert(module.clone(), targets.collect());
    }
    graph
}

fn children<T>(files: &BTreeMap<Vec<String>, T>, module: &[String]) -> Vec<String> {
    let within = |path: &&Vec<String>| path.len() == module.len() + 1 && path.starts_with(module);
    files.keys().filter(within).filter_map(|path| path.last().cloned()).collect()
}

/// The shortest way from a node back to itself.
fn circle(graph: &Graph, from: &Vec<String>) -> Option<Vec<Vec<String>>> {
    let mut ways = VecDeque::from([vec![from.clone()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in way.last().and_then(|at| graph.get(at)).into_iter().flatten() {
            let way: Vec<_> = way.iter().chain([next]).cloned().collect();
            if next == from {
                return Some(way);
            }
            if seen.insert(next.clone()) {
                ways.push_back(way);
            }
        }
    }
    None
}

/// The graph between the files and folders of one folder: what lies deeper counts for the folder in it.
fn level(graph: &Graph, folder: &[String]) -> Graph {
    let within = |path: &[String]| path.starts_with(folder).then(|| path[..path.len().min(folder.len() + 1)].to_vec());
    let mut level = Graph::new();
    for (from, targets) in graph {
        let Some(from) = within(from) else { continue };
        let targets = targets.iter().filter_map(|target| within(target)).filter(|target| *target != from);
        level.entry(from.clone()).or_default().extend(targets);
    }
    level
}

/// Every circle, once.
fn circles(source: &[(PathBuf, String)]) -> BTreeSet<String> {
    let graph = graph(source);
    let folders: BTreeSet<Vec<String>> =
        graph.keys().flat_map(|path| (0..path.len()).map(|length| path[..length].to_vec())).collect();
    let mut found = BTreeMap::new();
    for graph in folders.iter().map(|folder| level(&graph, folder)).chain([graph.clone()]) {
        for way in graph.keys().filter_map(|from| circle(&graph, from)) {
            let members: BTreeSet<_> = way.iter().cloned().collect();
            let text: Vec<String> = way.iter().map(|module| module.join("::")).collect();
            found.entry(members).or_insert(text.join(" -> "));
        }
    }
    found.into_values().collect()
}

#[test]
fn there_are_no_circles() {
    let source = own_files();
    let arrows: usize = graph(&source).values().map(BTreeSet::len).sum();
    assert!(arrows > 400, "only {arrows} arrows were found");
    let found: Vec<String> = circles(&source).into_iter().collect();
    assert!(found.is_empty(), "circles:\n{}", found.join("\n"));
}

#[test]
fn planted_circles_are_found() {
    let found = |files: &[(&str, &str)]| {
        let source: Vec<_> = files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
        circles(&source).into_iter().collect::<Vec<_>>()
    };
    let lower = ("a/low.rs", "pub struct Low;");
    for files in [
        [("a/mod.rs", "mod b;\nmod low;"), ("a/b.rs", "use super::low::Low;"), lower],
        // A name that is passed on is where it is made.
        [("a/mod.rs", "mod b;\nmod low;\npub use low::Low;"), ("a/b.rs", "use super::Low;"), lower],
        [("a/mod.rs", "use b::B;\nstruct A;"), ("a/b.rs", "mod inner { use super::*; }\nstruct B;"), lower],
        [
            ("a/mod.rs", "use b::B;\nstruct A;"),
            ("a/b.rs", "struct B;\n#[cfg(test)]\nmod tests {\n use super::super::A; }"),
            lower,
        ],
    ] {
        assert_eq!(found(&files), [""; 0], "{files:?}");
    }
    let two = "a::b -> a::c -> a::b";
    for (files, circle) in [
        (vec![("a/b.rs", "use super::c::C;"), ("a/c.rs", "fn f() { crate::a::b::g() }")], two),
        (
            vec![("a/b.rs", "use super::{\n    c::C,\n};"), ("a/c.rs", "use super::B;"), ("a/mod.rs", "pub use b::B;")],
            two,
        ),
        (vec![("a/mod.rs", "use b::B;"), ("a/b.rs", "use super::A;")], "a -> a::b -> a"),
        (vec![("a/mod.rs", "pub use b::B;\nstruct A(B);"), ("a/b.rs", "use super::A;")], "a -> a::b -> a"),
        (vec![("a/mod.rs", "fn f() { b::g() }"), ("a/b.rs", "use crate::a::A;")], "a -> a::b -> a"),
        (
            vec![
                ("a/b/x.rs", "use crate::a::c::y::Y;"),
                ("a/b/z.rs", ""),
                ("a/c/y.rs", ""),
                ("a/c/w.rs", "use crate::a::b::z::Z;"),
            ],
            two,
        ),
    ] {
        assert_eq!(found(&files), [circle], "{files:?}");
    }
}
