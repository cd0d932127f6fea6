//! What is to be learnt, as numbers.

/// Examples of a task: m rows of inputs and of targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Examples {
    inputs: Vec<f64>,
    targets: Vec<f64>,
    input_count: usize,
    output_count: usize,
    labels: Option<String>,
}

impl Examples {
    /// Most numbers in the table, inputs and targets together: shaders hold it as constants or a buffer.
    pub const NUMBER_LIMIT: usize = 1 << 22;

    /// `inputs` has shape (m, `input_count`) and `targets` (m, `output_count`), both row-major, m at least 1.
    pub(crate) fn new(inputs: Vec<f64>, input_count: usize, targets: Vec<f64>, output_count: usize) -> Self {
        debug_assert_eq!(inputs.len() / input_count, targets.len() / output_count);
        Self { inputs, targets, input_count, output_count, labels: None }
    }

    /// The same, with what a file's class labels became.
    pub(crate) fn with_labels(self, labels: Option<String>) -> Self {
        Self { labels, ..self }
    }

    /// Which targets stand for the class labels of a file, as `class labels: no = 0, yes = 1`; none where its targets are
    /// the numbers in it.
    pub fn labels(&self) -> Option<&str> {
        self.labels.as_deref()
    }

    /// How many examples there are.
    pub fn count(&self) -> usize {
        self.targets.len() / self.output_count
    }

    /// Inputs of an example.
    pub fn input_count(&self) -> usize {
        self.input_count
    }

    /// Targets of an example.
    pub fn output_count(&self) -> usize {
        self.output_count
    }

    /// Inputs of one example.
    pub fn input(&self, example: usize) -> &[f64] {
        &self.inputs[example * self.input_count..][..self.input_count]
    }

    /// Targets of one example.
    pub fn target(&self, example: usize) -> &[f64] {
        &self.targets[example * self.output_count..][..self.output_count]
    }

    /// All inputs, shape (m, `input_count`), row-major.
    pub fn inputs(&self) -> &[f64] {
        &self.inputs
    }

    /// All targets, shape (m, `output_count`), row-major.
    pub fn targets(&self) -> &[f64] {
        &self.targets
    }

    /// A name for each output on each example, as columns of tables have them: `output_EXAMPLE`, of several outputs
    /// `output_EXAMPLE_UNIT`, both counted from 0.
    pub fn output_names(&self) -> Vec<String> {
        let (count, units) = (self.targets.len(), self.output_count);
        let name = |at: usize| match units {
            1 => format!("output_{at}"),
            _ => format!("output_{}_{}", at / units, at % units),
        };
        (0..count).map(name).collect()
    }

    /// Smallest and largest target.
    pub fn target_range(&self) -> (f64, f64) {
        self.targets.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(*y), high.max(*y)))
    }
}
