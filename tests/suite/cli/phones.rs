//! Pictures on pages: each is drawn for a desk and for a phone, no text runs out of its sheet, and both carry the result's
//! label. What a map says under the pointer belongs to the picture that is shown.

use base64::Engine;
use basins::report::plot::{Anchor, INK, Scene, text_width};

use super::{basins, json};

const LABEL: &str = "a name of a result that is longer than most would write so that titles have to break";
const NAMED: &str = "a name of a result";

/// Most units across that a phone shows large enough to read, and least size of text there.
const ACROSS: f64 = 420.0;
const LEAST: f64 = 11.0;

/// The pictures of a page, those for phones first, as they stand in it.
fn pictures(page: &str) -> Vec<String> {
    let data = page.split("data:image/svg+xml;base64,").skip(1);
    let decode =
        |data: &str| base64::engine::general_purpose::STANDARD.decode(data.split('"').next().unwrap()).unwrap();
    data.map(|data| String::from_utf8(decode(data)).unwrap()).collect()
}

/// A number of an element.
fn number(element: &str, name: &str) -> Option<f64> {
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()?.parse().ok()
}

/// A text of a picture: what it says, its size, and the box that it takes.
struct Written {
    text: String,
    size: f64,
    corners: [(f64, f64); 4],
}

fn written(svg: &str) -> Vec<Written> {
    let texts = svg.split("<text").skip(1).map(|element| {
        let (mark, rest) = element.split_once('>').unwrap();
        let text = rest.split("</text>").next().unwrap();
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let (x, y, size) = (number(mark, "x").unwrap(), number(mark, "y").unwrap(), number(mark, "font-size").unwrap());
        let width = text_width(&text, size) * if mark.contains("font-weight=\"bold\"") { 1.12 } else { 1.0 };
        let start = match mark {
            _ if mark.contains("text-anchor=\"start\"") => 0.0,
            _ if mark.contains("text-anchor=\"middle\"") => -0.5 * width,
            _ => -width,
        };
        let turned =
            mark.split_once("rotate(").map_or(0.0, |(_, turn)| turn.split(' ').next().unwrap().parse().unwrap());
        let (sin, cos) = f64::to_radians(turned).sin_cos();
        // Letters stand on the line; few reach below it.
        let ends =
            [(start, -0.75 * size), (start + width, -0.75 * size), (start, 0.2 * size), (start + width, 0.2 * size)];
        let corners = ends.map(|(across, down)| (x + across * cos - down * sin, y + across * sin + down * cos));
        Written { text, size, corners }
    });
    texts.collect()
}

/// Texts that run out of their picture, or on a phone's are too small.
fn faults(svg: &str) -> Vec<String> {
    let (width, height) = (number(svg, "width").unwrap(), number(svg, "height").unwrap());
    let inside = |(x, y): (f64, f64)| (-0.5..=width + 0.5).contains(&x) && (-0.5..=height + 0.5).contains(&y);
    let narrow = width < ACROSS;
    let faulty = |one: &Written| !one.corners.into_iter().all(inside) || narrow && one.size < LEAST;
    written(svg).into_iter().filter(faulty).map(|one| format!("{} ({})", one.text, one.size)).collect()
}

/// Every kind of picture: what is asked, and how many its page has.
const ASKED: [(&str, usize); 12] = [
    ("run --nets 60 --lr 4 --epochs 400 --init uniform:1", 1),
    ("run --nets 60 --lr 4 --epochs 6000 --init uniform:3", 1),
    ("sweep --vary lr=0.1..10:log:7 --vary optimizer=gd,adam --nets 6 --epochs 50", 1),
    ("sweep --vary lr=0.1..10:random:4 --vary loss=mse,cross-entropy --nets 6 --epochs 20", 1),
    ("sweep --vary init=tutorial,glorot-normal,lecun-uniform,he-uniform,pytorch,sklearn --nets 6 --epochs 20", 1),
    ("sweep --vary init=tutorial,glorot-normal,lecun-uniform --vary loss=mse,cross-entropy --nets 6 --epochs 20", 1),
    ("sweep --vary lr=0.1..10:log:10 --vary momentum=0..0.9:9 --nets 2 --epochs 5", 1),
    ("map --layers 2,2,1 --lr 4 --epochs 100 --x 0=-6..6 --y 7=-6..6 --size 12x3 --colour fate --trained", 1),
    ("map --lr 4 --epochs 60 --x lr=0.1..10:log --y momentum=0..0.9 --starts each:2 --size 8x8 --colour solved", 1),
    ("surface --task table:10 --layers 1,1 --loss mse --epochs 50 --points 12 --range=-15,15", 3),
    ("trace --net 7 --lr 2 --epochs 8", 2),
    ("bench --task and --layers 2,1 --populations 2,70 --seconds 0.001 --repeats 2", 1),
];

#[test]
fn no_text_runs_out_of_its_picture() {
    let folder = tempfile::tempdir().unwrap();
    for (at, (arguments, count)) in ASKED.iter().enumerate() {
        for (label, name) in [("", "short"), (LABEL, "long")] {
            let out = format!("{name}{at}");
            let mut command = basins(folder.path());
            command.env("BASINS_BACKEND", "reference").args(arguments.split(' ')).args(["--quiet", "--out", &out]);
            if !label.is_empty() {
                command.args(["--label", label]);
            }
            assert!(command.output().unwrap().status.success(), "{arguments}");
            let page = std::fs::read_to_string(folder.path().join(out + "/report.html")).unwrap();
            let pictures = pictures(&page);
            assert_eq!(pictures.len(), 2 * count, "{arguments}");
            for pair in pictures.chunks(2) {
                let [narrow, wide] = pair else { unreachable!() };
                let widths = [narrow, wide].map(|svg| number(svg, "width").unwrap());
                assert!(widths[0] < ACROSS && widths[1] > ACROSS, "{arguments}: {widths:?}");
                for svg in pair {
                    assert!(faults(svg).is_empty(), "{arguments} {label}: {:?}", faults(svg));
                    assert_eq!(svg.contains(NAMED), !label.is_empty(), "{arguments} {label}");
                }
            }
        }
    }
}

/// What the check is for.
#[test]
fn text_that_runs_out_is_found() {
    let drawn = |at: (f64, f64), size: f64, turned: f64| {
        let mut scene = Scene::new(400.0, 300.0);
        scene.styled_text(at, size, Anchor::Start, "a title of some length", INK, false, turned);
        faults(&scene.to_svg().unwrap()).len()
    };
    assert_eq!(drawn((100.0, 100.0), 13.0, 0.0), 0);
    assert_eq!(drawn((330.0, 100.0), 13.0, 0.0), 1, "at the right");
    assert_eq!(drawn((100.0, 5.0), 13.0, 0.0), 1, "at the top");
    assert_eq!(drawn((100.0, 100.0), 13.0, -90.0), 1, "turned");
    assert_eq!(drawn((100.0, 100.0), 9.0, 0.0), 1, "too small");
}

/// Where a page says that its map lies is where its pictures have it.
#[test]
fn a_map_is_pointed_at_in_either_picture() {
    let folder = tempfile::tempdir().unwrap();
    let map = "map --layers 2,2,1 --lr 4 --epochs 100 --x 0=-6..6 --y 7=-6..6 --size 12x8 --out m";
    let _ = json(folder.path(), map);
    let page = std::fs::read_to_string(folder.path().join("m/report.html")).unwrap();
    let (_, rest) = page.split_once("id=\"points\">").unwrap();
    let points: serde_json::Value = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    let pictures = pictures(&page);
    for (place, svg) in points["places"].as_array().unwrap().iter().zip(pictures.iter().rev()) {
        let of_place = ["width", "height", "left", "top", "across", "up"].map(|name| place[name].as_f64().unwrap());
        let (_, image) = svg.split_once("<image").unwrap();
        let of_image = ["x", "y", "width", "height"].map(|name| number(image, name).unwrap());
        let shown = [number(svg, "width").unwrap(), number(svg, "height").unwrap()];
        for (said, drawn) in of_place.iter().zip(shown.iter().chain(&of_image)) {
            assert!((said - drawn).abs() < 0.01, "{said} {drawn}");
        }
    }
    assert_ne!(points["places"][0]["width"], points["places"][1]["width"]);
    // The script tells them apart by this width.
    assert!(page.contains("place.width === picture.naturalWidth"));
}
