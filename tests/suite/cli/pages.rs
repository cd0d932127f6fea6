//! `report.html`: it stands by itself, holds what was found, and what is in it means itself.

use basins::outcome::Fate;
use basins::report::page_data;

use super::{json, printed};

/// No address but data: nothing is fetched, whoever reads it; and no script but data.
fn stands_alone(page: &str) {
    let addresses = page.matches("src=\"").count() + page.matches("href=\"").count();
    assert!(addresses > 0 && page.matches("src=\"data:image/").count() == addresses);
    assert_eq!(page.matches("<script").count(), page.matches("<script type=\"application/json\"").count());
    for foreign in ["http://", "https://", "@import", "url(", "<link", "onload"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("width=device-width"));
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    for element in ["table", "figure", "section", "dl", "div", "main", "tr", "td"] {
        let opened = page.matches(&format!("<{element}>")).count() + page.matches(&format!("<{element} ")).count();
        assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
    }
}

#[test]
fn a_page_tells_what_the_run_found() {
    let folder = tempfile::tempdir().unwrap();
    let answer =
        json(folder.path(), "run --nets 300 --lr 4 --epochs 600 --init uniform:1 --continue-unsolved 2x --out r");
    let page = std::fs::read_to_string(folder.path().join("r/report.html")).unwrap();
    stands_alone(&page);
    let data: serde_json::Value = serde_json::from_str(page_data(&page).unwrap()).unwrap();
    assert_eq!(data, answer);
    assert!(page.contains(&format!("{} of 300", answer["solved"])));
    for row in answer["fate_rows"].as_array().unwrap() {
        let fate = Fate::ALL.into_iter().find(|fate| row["fate"] == fate.name()).unwrap();
        assert!(page.contains(&format!("<td class=\"word\">{}</td>", fate.words())));
    }
    let again = "basins run --lr 4 --init uniform:1 --epochs 600 --nets 300 --backend reference --continue-unsolved 2";
    assert!(page.contains(&format!("<code>{again}</code>")), "the command");
    let names = ["Settings", "Where it ran", "Run it again", "max-error:0.1", "basins rerun report.html"];
    assert!(names.iter().all(|name| page.contains(name)));
}

#[test]
fn names_of_files_mean_themselves() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("<b>&'.csv"), "0,0,0\n0,1,1\n1,0,1\n1,1,0\n").unwrap();
    printed(folder.path(), "--nets 5 --epochs 5 --task csv:<b>&'.csv --out r");
    let page = std::fs::read_to_string(folder.path().join("r/report.html")).unwrap();
    stands_alone(&page);
    assert!(page.contains("&lt;b&gt;&amp;&#39;.csv") && !page.contains("<b>"));
}

#[test]
fn a_page_of_a_sweep_has_every_point() {
    let folder = tempfile::tempdir().unwrap();
    let object =
        json(folder.path(), "sweep --vary lr=1,2,4 --vary loss=mse,cross-entropy --nets 20 --epochs 50 --out s");
    let page = std::fs::read_to_string(folder.path().join("s/report.html")).unwrap();
    stands_alone(&page);
    let data: serde_json::Value = serde_json::from_str(page_data(&page).unwrap()).unwrap();
    assert_eq!(data, object);
    assert_eq!(page.matches("<tr>").count(), 7, "a head and six points");
    assert!(page.contains("--vary lr=1,2,4 --vary loss=mse,cross-entropy</code>"));
}
