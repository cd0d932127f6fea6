//! Curves over one axis, drawn.

use crate::reproduce::{Curves, Scale};

use crate::report::plot::{Axis, Frame, INK, Legend, Scene, Sheet, Stroke, keys};

/// Curves with a legend, and a marked point where there is one.
pub fn curves_picture(curves: &Curves, title: &str) -> Scene {
    let sheet = Sheet::Wide;
    let title = sheet.title(title, 720.0);
    let points = || curves.curves.iter().flat_map(|curve| &curve.points);
    let axis = |scale: Scale, numbers: Vec<f64>| {
        let axis = Axis::around(scale.label, numbers, scale.log);
        // A share has its natural ends.
        if scale.label.starts_with("share") { Axis { low: 0.0, high: 1.0, ..axis } } else { axis }
    };
    let x = axis(curves.x, points().map(|(x, _)| *x).collect());
    let y = axis(curves.y, points().map(|(_, y)| *y).collect());
    let frame = sheet.frame((100.0, 60.0 + title.extra()), (720.0, 420.0), x, y);
    let mut scene = Scene::new(860.0, frame.bottom() + 80.0);
    frame.grid(&mut scene);
    let keys = keys(curves.curves.iter().map(|curve| curve.name.clone()));
    for (curve, key) in curves.curves.iter().zip(&keys) {
        frame.line(&mut scene, &curve.points, Stroke::new(key.colour, 2.6));
    }
    if let Some((x, y, name)) = &curves.mark {
        frame.mark(&mut scene, (*x, *y), name, INK);
    }
    frame.axes(&mut scene);
    sheet.head(&mut scene, &frame, &title);
    if keys.len() > 1 {
        let (right, top) = emptiest(&frame, curves);
        frame.legend(&mut scene, &Legend::new(&keys, 700.0), right, top);
    }
    scene
}

/// The corner of the frame with the fewest points of curves: right or left, top or bottom.
fn emptiest(frame: &Frame, curves: &Curves) -> (bool, bool) {
    let crowd = |(right, top): (bool, bool)| {
        let inside = |(x, y): &&(f64, f64)| {
            let (across, up) = (frame.x.place(*x), frame.y.place(*y));
            (if right { across > 0.68 } else { across < 0.32 }) && (if top { up > 0.6 } else { up < 0.4 })
        };
        curves.curves.iter().flat_map(|curve| &curve.points).filter(inside).count()
    };
    let corners = [(true, true), (false, true), (true, false), (false, false)];
    corners.into_iter().min_by_key(|corner| crowd(*corner)).unwrap_or((true, true))
}
