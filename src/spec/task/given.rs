//! Examples that a program hands over: rows of numbers, and for each row targets or a class label.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::super::{Examples, Layers, SpecError};
use super::labels::{Column, Targets, class_count, targets};

/// Rows of inputs, and for each row numbers to reach or a class label. As text, in results, it is a name alone: shape and
/// checksum.
///
/// ```
/// use basins::spec::{Given, Spec, Task};
///
/// let flowers = Given::labels(vec![5.1, 3.5, 7.0, 3.2], 2, &["setosa", "versicolor"])?;
/// let spec = Spec { layers: flowers.layers(&[3])?, task: Task::Given(flowers), ..Spec::default() };
/// assert_eq!(spec.layers.to_string(), "2,3,1");
/// assert_eq!(spec.problem()?.examples().labels(), Some("class labels: setosa = 0, versicolor = 1"));
/// # Ok::<(), basins::spec::SpecError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Given {
    name: String,
    /// Absent where the name was read from a result.
    rows: Option<Arc<Rows>>,
}

impl PartialEq for Given {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Given {}

impl Hash for Given {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

#[derive(Clone, Debug)]
struct Rows {
    inputs: Vec<f64>,
    input_count: usize,
    targets: Vec<Column>,
}

impl Given {
    /// `inputs` of shape (examples, `input_count`) and `targets` of shape (examples, `output_count`), both row-major. One
    /// column of whole numbers that outputs cannot reach is class labels, as in files.
    ///
    /// # Errors
    /// The numbers make no rows, rows are not as many, or a number is not finite in single precision.
    pub fn numbers(
        inputs: Vec<f64>,
        input_count: usize,
        targets: Vec<f64>,
        output_count: usize,
    ) -> Result<Self, SpecError> {
        let rows = row_count("inputs", &inputs, input_count)?;
        let target_rows = row_count("targets", &targets, output_count)?;
        check_rows(rows, target_rows)?;
        let column = |unit: usize| targets.iter().skip(unit).step_by(output_count).copied().collect();
        let targets = (0..output_count).map(column).map(Column::Numbers).collect();
        Ok(Self::of(Rows { inputs, input_count, targets }))
    }

    /// `inputs` of shape (examples, `input_count`), row-major, and a class label for each row.
    ///
    /// # Errors
    /// The numbers make no rows, there are not as many labels, or a number is not finite in single precision.
    pub fn labels<T: AsRef<str>>(inputs: Vec<f64>, input_count: usize, labels: &[T]) -> Result<Self, SpecError> {
        let rows = row_count("inputs", &inputs, input_count)?;
        check_rows(rows, labels.len())?;
        let words = labels.iter().map(|label| label.as_ref().to_owned()).collect();
        Ok(Self::of(Rows { inputs, input_count, targets: vec![Column::Words(words)] }))
    }

    fn of(rows: Rows) -> Self {
        Self { name: rows.name(), rows: Some(Arc::new(rows)) }
    }

    /// What a result says of examples that are not at hand.
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), rows: None }
    }

    /// Their shape, and a checksum of all numbers and labels.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Layers that fit, with these hidden ones: an output for each column of targets, or of class labels, where there are
    /// more than two, for each label. Whole numbers other than 0 and 1 in one column are taken for labels.
    ///
    /// # Errors
    /// There are too many units.
    pub fn layers(&self, hidden: &[usize]) -> Result<Layers, SpecError> {
        let Some(rows) = &self.rows else { return Err(SpecError::new(self.missing())) };
        let outputs = match rows.targets.as_slice() {
            [column] => class_count(column).filter(|count| *count > 2).unwrap_or(1),
            columns => columns.len(),
        };
        Layers::new([&[rows.input_count], hidden, &[outputs]].concat())
    }

    fn missing(&self) -> String {
        format!("given:{} were handed over by a program and are in no file: hand them over again", self.name)
    }

    /// The examples for these layers; `range` is that of the outputs.
    pub(super) fn examples(&self, layers: &Layers, range: (f64, f64)) -> Result<Examples, SpecError> {
        let rows = self.rows.as_ref().ok_or_else(|| self.missing());
        let examples = rows.and_then(|rows| rows.examples(layers, range));
        examples.map_err(|what| SpecError::new(format!("examples: {what}")))
    }
}

impl Rows {
    fn name(&self) -> String {
        let mut sum = Checksum::default();
        self.inputs.iter().for_each(|number| sum.add(&number.to_le_bytes()));
        for column in &self.targets {
            match column {
                Column::Numbers(numbers) => numbers.iter().for_each(|number| sum.add(&number.to_le_bytes())),
                Column::Words(words) => words.iter().for_each(|word| sum.add(word.as_bytes())),
            }
        }
        format!("{}x{}-{:016x}", self.inputs.len() / self.input_count, self.input_count, sum.0)
    }

    fn examples(&self, layers: &Layers, range: (f64, f64)) -> Result<Examples, String> {
        if self.input_count != layers.input_count() {
            return Err(format!(
                "the rows of inputs have {} numbers, but --layers {layers} has {} inputs",
                self.input_count,
                layers.input_count()
            ));
        }
        if self.targets.len() != layers.output_count() && self.targets.len() != 1 {
            return Err(format!(
                "the rows of targets have {} numbers, but --layers {layers} has {} outputs",
                self.targets.len(),
                layers.output_count()
            ));
        }
        let made = targets(&self.targets, layers, range).map_err(|what| format!("the array of targets {what}"))?;
        let Targets { values, labels } = made;
        Ok(Examples::new(self.inputs.clone(), self.input_count, values, layers.output_count()).with_labels(labels))
    }
}

fn row_count(what: &str, values: &[f64], width: usize) -> Result<usize, SpecError> {
    if values.is_empty() || width == 0 || !values.len().is_multiple_of(width) {
        let count = values.len();
        return Err(SpecError::new(format!("{count} {what} do not make rows of {width}: at least one row is needed")));
    }
    match values.iter().position(|value| !(*value as f32).is_finite()) {
        Some(at) => Err(SpecError::new(format!(
            "{what}: {} in row {}, column {} is not a finite number in single precision",
            values[at],
            at / width,
            at % width
        ))),
        None => Ok(values.len() / width),
    }
}

fn check_rows(inputs: usize, targets: usize) -> Result<(), SpecError> {
    if inputs == targets {
        return Ok(());
    }
    Err(SpecError::new(format!("there are {inputs} rows of inputs, but {targets} of targets")))
}

/// FNV-1a of 64 bits.
struct Checksum(u64);

impl Default for Checksum {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self.0 = (self.0 ^ bytes.len() as u64).wrapping_mul(0x0000_0100_0000_01b3);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Spec, Task};
    use super::*;

    #[test]
    fn what_makes_no_examples_is_refused() {
        let refused = |made: Result<Given, SpecError>| made.unwrap_err().to_string();
        assert!(refused(Given::numbers(vec![1.0; 5], 2, vec![0.0; 2], 1)).contains("5 inputs do not make rows of 2"));
        assert!(refused(Given::numbers(vec![], 2, vec![], 1)).contains("at least one row"));
        assert!(refused(Given::numbers(vec![1.0; 4], 2, vec![0.0; 3], 1)).contains("2 rows of inputs, but 3"));
        assert!(refused(Given::labels(vec![1.0; 4], 2, &["a"])).contains("2 rows of inputs, but 1"));
        let infinite = refused(Given::numbers(vec![1.0, 0.0, 1e40, 0.0], 2, vec![0.0; 2], 1));
        assert!(infinite.contains("row 1, column 0"), "{infinite}");
        let given = Given::numbers(vec![0.0; 4], 2, vec![0.0, 1.0], 1).unwrap();
        let narrow = Spec { layers: "3,2,1".parse().unwrap(), task: Task::Given(given), ..Spec::default() };
        assert!(narrow.problem().unwrap_err().to_string().contains("has 3 inputs"));
    }

    #[test]
    fn layers_have_an_output_for_each_of_several_labels() {
        let sizes = |given: Given| given.layers(&[4]).unwrap().to_string();
        let inputs = || vec![0.5; 6];
        assert_eq!(sizes(Given::labels(inputs(), 2, &["a", "b", "c"]).unwrap()), "2,4,3");
        assert_eq!(sizes(Given::labels(inputs(), 2, &["a", "b", "a"]).unwrap()), "2,4,1");
        assert_eq!(sizes(Given::numbers(inputs(), 2, vec![0.0, 1.0, 2.0], 1).unwrap()), "2,4,3");
        assert_eq!(sizes(Given::numbers(inputs(), 2, vec![0.0, 0.5, 2.0], 1).unwrap()), "2,4,1");
        assert_eq!(sizes(Given::numbers(inputs(), 2, vec![0.0; 6], 2).unwrap()), "2,4,2");
    }

    #[test]
    fn the_name_tells_examples_apart_and_no_file_is_behind_it() {
        let task = |last| Task::Given(Given::numbers(vec![0.0, 1.0], 1, vec![0.0, last], 1).unwrap());
        let spec = |task| Spec { task, layers: "1,2,1".parse().unwrap(), ..Spec::default() };
        assert_eq!(task(1.0), task(1.0));
        assert_ne!(task(1.0), task(0.5));
        let changed = spec(task(1.0)).with("hidden", "3").unwrap();
        assert_eq!(changed.problem().unwrap().examples().targets(), [0.0, 1.0], "another setting keeps them");
        let read: Task = task(1.0).to_string().parse().unwrap();
        assert_eq!(read, task(1.0));
        let gone = spec(read).problem().unwrap_err().to_string();
        assert!(gone.contains("were handed over by a program"), "{gone}");
    }
}
