//! Weights by name: `theta1[0,2]` is the weight from unit 0 to unit 2 in the first matrix, rows and columns from 0.

use super::{LayerShape, Layers, SpecError};

impl Layers {
    /// The name of the weight at a flat position.
    pub fn weight_name(&self, position: usize) -> String {
        let holds = |shape: &LayerShape| position < shape.offset + shape.weight_count();
        match self.shapes().enumerate().find(|(_, shape)| holds(shape)) {
            Some((layer, shape)) => {
                let inside = position - shape.offset;
                format!("theta{}[{},{}]", layer + 1, inside / shape.fan_out, inside % shape.fan_out)
            }
            None => format!("weight {position}"),
        }
    }

    /// The flat position of a weight given by name, as `theta1[0,2]`, or by that position.
    ///
    /// # Errors
    /// No such weight; the message says which there are.
    pub fn weight_position(&self, text: &str) -> Result<usize, SpecError> {
        let found = match text.trim().parse::<usize>() {
            Ok(position) => (position < self.weight_count()).then_some(position),
            Err(_) => self.named_position(text.trim()),
        };
        found.ok_or_else(|| {
            let matrices: Vec<String> = self
                .shapes()
                .enumerate()
                .map(|(layer, shape)| format!("theta{} of {} x {}", layer + 1, shape.row_count(), shape.fan_out))
                .collect();
            SpecError::new(format!(
                "there is no weight {text:?}; a network {self} has {} (the last row is the bias), written theta1[0,0] and \
                 so on, or by position from 0 to {}",
                matrices.join(", "),
                self.weight_count() - 1
            ))
        })
    }

    fn named_position(&self, text: &str) -> Option<usize> {
        let (matrix, rest) = text.strip_prefix("theta")?.split_once('[')?;
        let (row, column) = rest.strip_suffix(']')?.split_once(',')?;
        let layer = matrix.parse::<usize>().ok()?.checked_sub(1)?;
        let shape = self.shapes().nth(layer)?;
        let (row, column): (usize, usize) = (row.trim().parse().ok()?, column.trim().parse().ok()?);
        (row < shape.row_count() && column < shape.fan_out).then(|| shape.position(row, column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_positions_are_each_others_inverse() {
        let layers: Layers = "2,3,2".parse().unwrap();
        for position in 0..layers.weight_count() {
            assert_eq!(layers.weight_position(&layers.weight_name(position)), Ok(position));
            assert_eq!(layers.weight_position(&position.to_string()), Ok(position));
        }
        assert_eq!(layers.weight_position("theta2[3, 1]"), Ok(16));
        for wrong in ["theta0[0,0]", "theta3[0,0]", "theta1[3,0]", "theta1[0,3]", "theta1[0]", "w", "", "17", "-1"] {
            let message = layers.weight_position(wrong).unwrap_err().to_string();
            assert!(message.contains("theta1 of 3 x 3, theta2 of 4 x 2"), "{message}");
        }
    }
}
