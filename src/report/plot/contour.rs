//! Contour lines of a grid by marching squares.

use std::collections::HashMap;

/// Lines along which a grid of numbers, `[row][column]`, has the value `level`, in grid units `(column, row)`.
///
/// Cells with a number that is not finite have no lines. In a saddle's cell the two lines keep apart.
pub fn contours(columns: usize, numbers: &[f64], level: f64) -> Vec<Vec<(f64, f64)>> {
    let rows = numbers.len() / columns.max(1);
    let number = |column: usize, row: usize| numbers[row * columns + column];
    // A crossing is known by the grid edge it lies on: (column, row, whether the edge goes up).
    type Edge = (usize, usize, bool);
    let crossing = |(column, row, up): Edge| {
        let (to_column, to_row) = if up { (column, row + 1) } else { (column + 1, row) };
        let (a, b) = (number(column, row), number(to_column, to_row));
        let share = (level - a) / (b - a);
        (column as f64 + if up { 0.0 } else { share }, row as f64 + if up { share } else { 0.0 })
    };
    let mut next: HashMap<Edge, Vec<Edge>> = HashMap::new();
    let mut order = Vec::new();
    for row in 0..rows.saturating_sub(1) {
        for column in 0..columns.saturating_sub(1) {
            let corners =
                [number(column, row), number(column + 1, row), number(column + 1, row + 1), number(column, row + 1)];
            if corners.iter().any(|corner| !corner.is_finite()) {
                continue;
            }
            let edges: [Edge; 4] =
                [(column, row, false), (column + 1, row, true), (column, row + 1, false), (column, row, true)];
            let crossed: Vec<Edge> = (0..4)
                .filter(|side| (corners[*side] < level) != (corners[(side + 1) % 4] < level))
                .map(|side| edges[side])
                .collect();
            for pair in crossed.chunks_exact(2) {
                next.entry(pair[0]).or_default().push(pair[1]);
                next.entry(pair[1]).or_default().push(pair[0]);
                order.push(pair[0]);
            }
        }
    }
    let mut lines = Vec::new();
    // Open lines first, from their ends; what remains are rings.
    let ends: Vec<Edge> = order.iter().flat_map(|edge| [*edge]).chain(next.keys().copied()).collect();
    let mut starts: Vec<Edge> = ends.iter().copied().filter(|edge| next[edge].len() == 1).collect();
    starts.sort_unstable();
    starts.extend(order);
    for start in starts {
        let mut line = vec![crossing(start)];
        let mut here = start;
        while let Some(there) = next.get_mut(&here).and_then(Vec::pop) {
            if let Some(back) = next.get_mut(&there)
                && let Some(position) = back.iter().position(|edge| *edge == here)
            {
                back.swap_remove(position);
            }
            line.push(crossing(there));
            here = there;
        }
        if line.len() > 1 {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::contours;

    #[test]
    fn a_cone_has_rings_and_a_slope_has_lines() {
        let cone: Vec<f64> = (0..441).map(|at| f64::from(at % 21 - 10).hypot(f64::from(at / 21 - 10))).collect();
        let rings = contours(21, &cone, 6.2);
        assert_eq!(rings.len(), 1);
        let ring = &rings[0];
        assert!(ring.iter().all(|(x, y)| ((x - 10.0).hypot(y - 10.0) - 6.2).abs() < 0.05));
        assert_eq!(ring.first(), ring.last());
        let slope: Vec<f64> = (0..20).map(|at| f64::from(at % 5)).collect();
        let lines = contours(5, &slope, 1.5);
        assert_eq!((lines.len(), lines[0].len()), (1, 4));
        assert!(contours(5, &slope, 9.0).is_empty());
        assert!(contours(5, &[f64::NAN; 20], 1.0).is_empty());
    }
}
