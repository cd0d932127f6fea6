//! The line of Python that an array in NumPy's format begins with. Each character is looked at once: brackets within brackets
//! cost no more than as many others.

/// Reads the few forms of Python that a header has.
pub(super) struct Python<'a> {
    rest: &'a str,
}

impl<'a> Python<'a> {
    /// Of a header's text.
    pub(super) fn new(rest: &'a str) -> Self {
        Self { rest }
    }

    /// What the dictionary has under `descr`, `fortran_order` and `shape`, in any order; `None` if it is none or has others.
    pub(super) fn header(mut self) -> Option<(String, bool, Vec<u64>)> {
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        self.token("{")?;
        while self.token("}").is_none() {
            let key = self.string()?;
            self.token(":")?;
            match key {
                "descr" => descr = Some(self.string().or_else(|| self.list())?.to_owned()),
                "fortran_order" => fortran_order = Some(self.truth()?),
                "shape" => shape = Some(self.shape()?),
                _ => return None,
            }
            if self.token(",").is_none() {
                self.token("}")?;
                break;
            }
        }
        let ends = self.rest.trim().is_empty();
        ends.then_some((descr?, fortran_order?, shape?))
    }

    fn token(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(token)?;
        Some(())
    }

    /// The first bytes, then what is after them.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn string(&mut self) -> Option<&'a str> {
        let quote = if self.token("'").is_some() { '\'' } else { self.token("\"").map(|()| '"')? };
        let text = self.take(self.rest.find(quote)?);
        self.take(1);
        Some(text)
    }

    /// The text of a list, whatever is in it.
    fn list(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start();
        let mut depth = 0;
        for (at, c) in self.rest.char_indices() {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return (at > 0).then(|| self.take(at + 1));
            }
        }
        None
    }

    fn truth(&mut self) -> Option<bool> {
        if self.token("True").is_some() { Some(true) } else { self.token("False").map(|()| false) }
    }

    fn shape(&mut self) -> Option<Vec<u64>> {
        let mut shape = Vec::new();
        self.token("(")?;
        while self.token(")").is_none() {
            self.rest = self.rest.trim_start();
            let digits = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
            shape.push(self.take(digits).parse().ok()?);
            if self.token(",").is_none() {
                self.token(")")?;
                break;
            }
        }
        Some(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(String, bool, Vec<u64>)> {
        Python::new(text).header()
    }

    #[test]
    fn headers_of_numpy_are_read() {
        let header = |descr: &str, fortran_order, shape: &[u64]| Some((descr.into(), fortran_order, shape.to_vec()));
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4), }   \n";
        assert_eq!(parsed(text), header("<f4", false, &[2, 3, 4]));
        assert_eq!(parsed("{\"shape\":(7,),\"descr\":\">f8\",\"fortran_order\":True}"), header(">f8", true, &[7]));
        assert_eq!(parsed("{'descr': '|u1', 'fortran_order': False, 'shape': ()}"), header("|u1", false, &[]));
        let record = "{'descr': [('a', '<f4', (2,)), ('b', [('c', '<i2')])], 'fortran_order': False, 'shape': (1,)}";
        assert_eq!(parsed(record), header("[('a', '<f4', (2,)), ('b', [('c', '<i2')])]", false, &[1]));
        for wrong in [
            "",
            "{",
            "{}",
            "{'descr': '<f4', 'fortran_order': False}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': True}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} and more",
            "{'descr': [('a', 'fortran_order': False, 'shape': (1,)}",
        ] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    /// A parser of Python's grammar takes twice as long for each bracket more, and would not be back in a lifetime.
    #[test]
    fn brackets_within_brackets_cost_a_step_each() {
        let nested = |depth: usize, closed: usize| {
            let (open, close) = ("[".repeat(depth), "]".repeat(closed));
            format!("{{'descr': {open}{close}, 'fortran_order': False, 'shape': (1,)}}")
        };
        for depth in [20, 100_000] {
            assert_eq!(parsed(&nested(depth, depth)).unwrap().0.len(), 2 * depth);
            assert_eq!(parsed(&nested(depth, depth - 1)), None);
            assert_eq!(parsed(&nested(depth, 0)), None);
        }
    }
}
