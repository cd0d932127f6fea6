//! A page of HTML that stands by itself: no network, no script but to point at a map, light and dark, phone and desk. The vocabulary of all
//! reports; what is in one is said by the `page.rs` of its answer.

use std::fmt::Write;

use base64::Engine;
use serde_json::Value;

use crate::backend::DeviceInfo;
use crate::error::Result;
use crate::foreign::visible;
use crate::spec::keyword::typed;

use super::plot::{Scene, Sheet};

/// Under this name a page holds the JSON that it was made from.
const DATA_NAME: &str = "basins";

const STYLE: &str = include_str!("page.css");
const POINT: &str = include_str!("point.js");

/// A page that is being written.
pub struct Page {
    title: String,
    body: String,
    data: String,
    script: String,
}

/// PNGs of one picture: each for a light page and for a dark one.
pub struct Pixels {
    /// At a desk.
    pub wide: [Vec<u8>; 2],
    /// On a phone.
    pub narrow: [Vec<u8>; 2],
}

/// What a page says of one quantity at its top.
pub struct Fact {
    /// The number.
    pub value: String,
    /// What it is.
    pub label: String,
}

impl Fact {
    /// A number and what it is.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// Where a page is no wider than this, narrow pictures are shown: wide ones would have text that is too small to read.
const PHONE: &str = "(max-width: 44rem)";
const DARK: &str = "(prefers-color-scheme: dark)";

/// An image, and where it is shown instead of those after it and the first one.
struct Image<'i> {
    media: &'i str,
    form: &'i str,
    bytes: &'i [u8],
}

impl<'i> Image<'i> {
    fn new(media: &'i str, form: &'i str, bytes: &'i [u8]) -> Self {
        Self { media, form, bytes }
    }

    /// As an address of data: a picture within the page would share its names with the others.
    fn address(&self) -> String {
        let Self { form, bytes, .. } = self;
        format!("data:image/{form};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
    }
}

impl Page {
    /// A page with a heading, and below it what was done in a sentence.
    pub fn new(title: &str, lead: &str) -> Self {
        let mut page = Self { title: title.into(), body: String::new(), data: String::new(), script: String::new() };
        page.element("h1", title);
        page.put(format_args!("<p class=\"lead\">{}</p>\n", escaped(lead)));
        page
    }

    /// Writing to a string cannot fail.
    fn put(&mut self, markup: std::fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(markup);
    }

    fn element(&mut self, name: &str, text: &str) {
        self.put(format_args!("<{name}>{}</{name}>\n", escaped(text)));
    }

    /// A heading.
    pub fn section(&mut self, heading: &str) {
        self.element("h2", heading);
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.element("p", text);
    }

    /// What the reader must not miss, as that a run was interrupted.
    pub fn warning(&mut self, text: &str) {
        self.put(format_args!("<p class=\"warning\">{}</p>\n", escaped(text)));
    }

    /// The main numbers, large.
    pub fn facts(&mut self, facts: &[Fact]) {
        self.put(format_args!("<dl class=\"facts\">\n"));
        for Fact { value, label } in facts {
            self.put(format_args!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(label), escaped(value)));
        }
        self.put(format_args!("</dl>\n"));
    }

    /// A table; the first `words` columns are text and stand at the left. Rows that begin with two spaces are parts of the
    /// one above. On a narrow screen it scrolls by itself.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>], words: &[usize]) {
        let class = |column: usize| if words.contains(&column) { " class=\"word\"" } else { "" };
        // What scrolls can be reached by the keyboard.
        self.put(format_args!("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>"));
        for (column, name) in head.iter().enumerate() {
            self.put(format_args!("<th scope=\"col\"{}>{}</th>", class(column), escaped(name)));
        }
        self.put(format_args!("</tr></thead>\n<tbody>\n"));
        for row in rows {
            let part = row.first().is_some_and(|cell| cell.starts_with("  "));
            self.put(format_args!("<tr{}>", if part { " class=\"part\"" } else { "" }));
            for (column, cell) in row.iter().enumerate() {
                self.put(format_args!("<td{}>{}</td>", class(column), escaped(cell.trim())));
            }
            self.put(format_args!("</tr>\n"));
        }
        self.put(format_args!("</tbody></table></div>\n"));
    }

    /// A picture as it is drawn on either sheet; `caption` says what it shows, for those as well who cannot see it.
    ///
    /// # Errors
    /// An image in it cannot be encoded.
    pub fn picture(&mut self, draw: impl Fn(Sheet) -> Scene, caption: &str) -> Result<()> {
        self.drawn(draw, caption, "")
    }

    fn drawn(&mut self, draw: impl Fn(Sheet) -> Scene, caption: &str, marks: &str) -> Result<()> {
        let (wide, narrow) = (draw(Sheet::Wide), draw(Sheet::Narrow));
        let (svg, narrow) = (wide.to_svg()?, narrow.to_svg()?);
        let images = [Image::new("", "svg+xml", svg.as_bytes()), Image::new(PHONE, "svg+xml", narrow.as_bytes())];
        self.images(&images, wide.width(), caption, marks);
        Ok(())
    }

    /// The same with what is under the pointer said below it, by a script of the page's own: `points` is a JSON object, see
    /// `point.js`.
    ///
    /// # Errors
    /// An image in it cannot be encoded.
    pub fn picture_to_point_at(&mut self, draw: impl Fn(Sheet) -> Scene, caption: &str, points: &Value) -> Result<()> {
        self.drawn(draw, caption, " id=\"pointing\"")?;
        self.put(format_args!("<p class=\"pointed\" id=\"pointed\" aria-live=\"polite\"></p>\n"));
        self.script = format!(
            "<script type=\"application/json\" id=\"points\">{}</script>\n<script>\n{POINT}</script>\n",
            harmless(&points.to_string())
        );
        Ok(())
    }

    /// An image of pixels, for a desk `width` of them across, as it is on each kind of page.
    pub fn png(&mut self, pixels: &Pixels, width: f64, caption: &str) {
        let Pixels { wide: [light, dark], narrow: [narrow_light, narrow_dark] } = pixels;
        let dark_phone = format!("{PHONE} and {DARK}");
        let images = [
            Image::new("", "png", light),
            Image::new(&dark_phone, "png", narrow_dark),
            Image::new(PHONE, "png", narrow_light),
            Image::new(DARK, "png", dark),
        ];
        self.images(&images, width, caption, "");
    }

    /// The first image, or the one that is for the page as it is shown.
    fn images(&mut self, images: &[Image<'_>], width: f64, caption: &str, marks: &str) {
        let caption = escaped(caption);
        let Some((first, others)) = images.split_first() else { return };
        self.put(format_args!("<figure><div class=\"scroll\"><picture>"));
        for other in others {
            self.put(format_args!("<source media=\"{}\" srcset=\"{}\">", other.media, other.address()));
        }
        self.put(format_args!(
            "<img{marks} alt=\"{caption}\" style=\"--wide:{width:.0}px\" src=\"{}\"></picture></div>\n\
             <figcaption>{caption}</figcaption></figure>\n",
            first.address()
        ));
    }

    /// Names and values, as of settings.
    pub fn settings<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, String)>) {
        self.put(format_args!("<dl class=\"settings\">\n"));
        for (name, value) in pairs {
            self.put(format_args!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(name), escaped(&value)));
        }
        self.put(format_args!("</dl>\n"));
    }

    /// A command to copy.
    pub fn command(&mut self, line: &str) {
        self.put(format_args!("<pre tabindex=\"0\"><code>{}</code></pre>\n", escaped(line)));
    }

    /// Backend and device, and figures of the work there.
    pub(super) fn where_it_ran<const N: usize>(
        &mut self,
        backend: &str,
        device: &DeviceInfo,
        figures: [(&str, String); N],
    ) {
        self.section("Where it ran");
        let place = [
            ("backend", backend.to_owned()),
            ("device", device.name.clone()),
            ("kind", device.kind.to_string()),
            ("driver", device.driver.clone()),
        ];
        self.settings(place.into_iter().chain(figures));
    }

    /// How the result is made again, where nothing is checked.
    pub(super) fn made_by(&mut self, command: &str) {
        self.section("Make it again");
        self.command(command);
    }

    /// How the result is made again, and checked.
    pub(super) fn again(&mut self, command: &str) {
        self.section("Run it again");
        self.command(command);
        self.paragraph("This page holds its own result: the next command trains again and says whether it agrees.");
        self.command("basins rerun report.html");
    }

    /// The JSON that the page was made from, for programs; [`page_data`] reads it back.
    pub fn data(&mut self, json: &str) {
        let json = harmless(json);
        self.data = format!("<script type=\"application/json\" id=\"{DATA_NAME}\">{json}</script>\n");
    }

    /// The whole page.
    pub fn finish(self) -> String {
        let Self { title, body, data, script } = self;
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n\
             <footer>Made by basins {}</footer>\n{data}{script}</body>\n</html>\n",
            escaped(&title),
            env!("CARGO_PKG_VERSION")
        )
    }
}

/// JSON in which nothing ends the element that it stands in; it is the same to who reads it.
fn harmless(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// Every setting of a spec's object with its text.
pub(super) fn spec_pairs(spec: &Value) -> Vec<(String, String)> {
    let pairs = spec.as_object().into_iter().flatten();
    pairs.map(|(name, value)| (name.clone(), typed(value))).collect()
}

/// The JSON in a page, if there is any.
pub fn page_data(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once(&format!("id=\"{DATA_NAME}\">"))?;
    rest.split_once("</script>").map(|(json, _)| json)
}

/// Text that means itself, in elements and in attributes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_means_itself() {
        let mut page = Page::new("<b>&", "a \"lead\"");
        page.table(&["<th>"], &[vec!["</table>".into()], vec!["  part".into()]], &[0]);
        page.command("echo '</code>'");
        page.png(&Pixels { wide: [vec![1], vec![2]], narrow: [vec![3], vec![4]] }, 3.0, "\"><script>");
        let json = r#"{"task":"csv:</script><p>.csv"}"#;
        page.data(json);
        let html = page.finish();
        for markup in ["<b>", "<th>", "</script><p>", "\"><script>"] {
            assert!(!html.contains(markup), "{markup}");
        }
        assert_eq!((html.matches("</table>").count(), html.matches("</code>").count()), (1, 1));
        let read: serde_json::Value = serde_json::from_str(page_data(&html).unwrap()).unwrap();
        assert_eq!(read, serde_json::from_str::<serde_json::Value>(json).unwrap());
        assert_eq!(page_data("<p>id=basins</p>"), None);
    }
}
