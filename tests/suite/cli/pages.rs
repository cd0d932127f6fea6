//! `report.html`: it stands by itself, holds what was found, and what is in it means itself.

use basins::outcome::Fate;
use basins::report::page_data;

use super::{json, printed};

/// No address but data: nothing is fetched, whoever reads it; and no script but data.
fn stands_alone(page: &str) {
    stands_alone_with(page, 0);
}

/// The same with so many scripts.
fn stands_alone_with(page: &str, scripts: usize) {
    let addresses = ["src=\"", "srcset=\"", "href=\""].map(|name| page.matches(name).count()).iter().sum::<usize>();
    let data = page.matches("src=\"data:image/").count() + page.matches("srcset=\"data:image/").count();
    assert!(addresses > 0 && data == addresses);
    let data = page.matches("<script type=\"application/json\"").count();
    assert_eq!(page.matches("<script").count(), data + scripts);
    for foreign in ["http://", "https://", "@import", "url(", "<link", "onload"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("width=device-width"));
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    for element in ["table", "figure", "section", "dl", "div", "main", "tr", "td", "picture"] {
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

/// The object in a page is the one that was printed.
fn holds(page: &str, object: &serde_json::Value) {
    let data: serde_json::Value = serde_json::from_str(page_data(page).unwrap()).unwrap();
    assert_eq!(data, *object);
}

/// Frames of an animated PNG, as it says itself.
fn frame_count(bytes: &[u8]) -> u32 {
    let at = bytes.windows(4).position(|name| name == b"acTL").expect("an animation");
    u32::from_be_bytes(bytes[at + 4..at + 8].try_into().unwrap())
}

#[test]
fn a_trace_has_a_page_and_moves() {
    let folder = tempfile::tempdir().unwrap();
    let object = json(folder.path(), "trace --net 7 --lr 2 --epochs 300 --out t");
    let page = std::fs::read_to_string(folder.path().join("t/report.html")).unwrap();
    stands_alone(&page);
    holds(&page, &object);
    assert!(page.contains("<code>basins trace --lr 2 --epochs 300 --backend reference --net 7</code>"), "the command");
    let animation = std::fs::read(folder.path().join("t/training.png")).unwrap();
    assert_eq!(frame_count(&animation), 40);
    assert_eq!(
        page.matches("data:image/png;base64,").count(),
        4,
        "the animation, light and dark, for a desk and a phone"
    );
    assert!(page.contains("media=\"(max-width: 44rem) and (prefers-color-scheme: dark)\" srcset=\"data:image/png"));
    let drawing = std::fs::read_to_string(folder.path().join("t/trace.svg")).unwrap();
    assert!(drawing.contains("@media (prefers-color-scheme:dark)") && drawing.contains("[fill=\"#22252b\"]"));
}

/// One epoch on a page, in Markdown and as JSON: the same numbers as in the terminal.
#[test]
fn an_explanation_has_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let text = printed(folder.path(), "trace --net 1 --epochs 20 --explain 3 --out e");
    let object = json(folder.path(), "trace --net 1 --epochs 20 --explain 3");
    assert_eq!((&object["schema"], &object["epoch"]), (&"basins.explanation/1".into(), &3.into()));
    let out = folder.path().join("e");
    assert_eq!(super::names(&out), ["explanation.md", "report.html", "trace.json", "training.png"]);
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let (page, markdown) = (read("report.html"), read("explanation.md"));
    stands_alone(&page);
    let start = object["sections"][0]["matrices"][1]["values"][0][0].as_f64().unwrap();
    let shown = format!("{start:.6}");
    assert!(
        text.contains(&shown) && page.contains(&format!("<td>{shown}</td>")) && markdown.contains(&shown),
        "{shown}"
    );
    assert!(markdown.contains("![the whole training](training.png)") && markdown.contains("| 0 |"));
    assert!(frame_count(&std::fs::read(out.join("training.png")).unwrap()) > 10);
}

#[test]
fn surfaces_and_benches_have_pages() {
    let folder = tempfile::tempdir().unwrap();
    let surface = "surface --task table:10 --layers 1,1 --loss mse --epochs 50 --points 20 --range=-5,5";
    let object = json(folder.path(), &format!("{surface} --out s"));
    let page = std::fs::read_to_string(folder.path().join("s/report.html")).unwrap();
    stands_alone(&page);
    holds(&page, &object);
    assert!(page.contains("--range -5,5 --points 20") && page.matches("<figure>").count() == 3);
    let bench = "bench --task and --layers 2,1 --populations 2,70 --seconds 0.001 --repeats 2";
    let object = json(folder.path(), &format!("{bench} --out b"));
    let page = std::fs::read_to_string(folder.path().join("b/report.html")).unwrap();
    stands_alone(&page);
    holds(&page, &object);
    assert!(
        page.contains("A net-epoch is one pass over all examples by one network") && page.contains("reference f32")
    );
}

/// What is under the pointer is in the page: each pixel's fate, and where the map lies in the picture.
#[test]
fn a_map_tells_what_is_pointed_at() {
    use base64::Engine;
    let folder = tempfile::tempdir().unwrap();
    let map = "map --layers 2,2,1 --lr 4 --epochs 200 --init uniform:1 --x 0=-6..6 --y 7=-6..6 --size 20x10 --out m";
    let object = json(folder.path(), map);
    let page = std::fs::read_to_string(folder.path().join("m/report.html")).unwrap();
    stands_alone_with(&page, 1);
    holds(&page, &object);
    let (_, rest) = page.split_once("id=\"points\">").unwrap();
    let points: serde_json::Value = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    assert_eq!((&points["columns"], &points["rows"], &points["x"]["low"]), (&20.into(), &10.into(), &(-6.0).into()));
    let cells = base64::engine::general_purpose::STANDARD.decode(points["cells"].as_str().unwrap()).unwrap();
    assert_eq!(cells.len(), 4 * 200);
    let solved: Vec<&[u8]> = cells.chunks(4).filter(|cell| cell[0] == 0).collect();
    assert_eq!(Some(solved.len() as u64), object["fates"]["solved"].as_u64());
    let epochs: Vec<u32> = solved.iter().map(|cell| u32::from_le_bytes([cell[1], cell[2], cell[3], 0])).collect();
    assert_eq!(epochs.iter().min().map(|least| u64::from(*least)), object["epochs_to_solve"]["min"].as_u64());
    assert!(page.contains("pointermove") && page.contains("id=\"pointed\""));
}
