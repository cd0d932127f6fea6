//! `--shard`: a part by its number, or by what an engine tells its tasks.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::spec::Shard;

/// As typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub(super) enum ShardChoice {
    /// K/N.
    Given(Shard),
    /// By the environment, of so many parts where that is said.
    Auto(Option<u64>),
}

impl FromStr for ShardChoice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let count = match text.trim().strip_prefix("auto") {
            Some("") => return Ok(Self::Auto(None)),
            Some(rest) => rest.strip_prefix('/').and_then(|count| count.parse().ok()),
            None => return Ok(Self::Given(text.parse()?)),
        };
        match count {
            Some(count) => Ok(Self::Auto(Some(count))),
            None => Err(Error::input(format!("--shard takes K/N, as 3/64, or auto, or auto/N, but got {text:?}"))),
        }
    }
}

impl TryFrom<String> for ShardChoice {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<ShardChoice> for String {
    fn from(choice: ShardChoice) -> Self {
        match choice {
            ShardChoice::Given(shard) => shard.to_string(),
            ShardChoice::Auto(None) => "auto".into(),
            ShardChoice::Auto(Some(count)) => format!("auto/{count}"),
        }
    }
}

impl ShardChoice {
    /// Which part that is.
    ///
    /// # Errors
    /// The environment does not tell.
    pub(super) fn resolve(self, variable: impl Fn(&str) -> Option<String>) -> Result<Shard> {
        let count = match self {
            Self::Given(shard) => return Ok(shard),
            Self::Auto(count) => count,
        };
        let number = |name: &str| -> Result<Option<u64>> {
            let Some(text) = variable(name) else { return Ok(None) };
            let parsed = text.trim().parse();
            parsed.map(Some).map_err(|_| Error::input(format!("--shard auto: {name} is {text:?}, which is no number")))
        };
        let (part, told) = if let Some(task) = number("SLURM_ARRAY_TASK_ID")? {
            // Arrays may begin anywhere and count in steps.
            let (first, step) = (number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(1), number("SLURM_ARRAY_TASK_STEP")?);
            let step = step.unwrap_or(1).max(1);
            let told = number("SLURM_ARRAY_TASK_COUNT")?;
            // Of tasks submitted again, or left out, the number says nothing of the part.
            let spanned = number("SLURM_ARRAY_TASK_MAX")?.map(|last| last.saturating_sub(first) / step + 1);
            if let (Some(tasks), Some(spanned)) = (told, spanned)
                && (tasks != spanned || count.is_some_and(|count| count != tasks))
            {
                let wanted = count.map_or(String::new(), |count| format!(" for {count} shards"));
                return Err(Error::input(format!(
                    "--shard auto: this array has {tasks} tasks from {first} to {}{wanted}, so that a task's number does \
                     not tell which part it is; say --shard $SLURM_ARRAY_TASK_ID/N",
                    first + (spanned - 1) * step
                )));
            }
            (task.saturating_sub(first) / step + 1, told)
        } else if let Some(index) = number("JOB_COMPLETION_INDEX")? {
            (index + 1, number("JOB_COMPLETIONS")?)
        } else {
            return Err(Error::input(
                "--shard auto finds no task number: SLURM_ARRAY_TASK_ID (with SLURM_ARRAY_TASK_COUNT) or \
                 JOB_COMPLETION_INDEX; say --shard K/N",
            ));
        };
        let count = count.or(told).ok_or_else(|| {
            Error::input(
                "--shard auto finds the task's number, but not of how many: SLURM_ARRAY_TASK_COUNT or \
                 JOB_COMPLETIONS; say --shard auto/N",
            )
        })?;
        Ok(Shard::new(part, count)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, environment: &[(&str, &str)]) -> Result<String> {
        let variable =
            |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        text.parse::<ShardChoice>()?.resolve(variable).map(|shard| shard.to_string())
    }

    #[test]
    fn engines_say_which_part() {
        let slurm = |id, min, count, step| {
            [
                ("SLURM_ARRAY_TASK_ID", id),
                ("SLURM_ARRAY_TASK_MIN", min),
                ("SLURM_ARRAY_TASK_COUNT", count),
                ("SLURM_ARRAY_TASK_STEP", step),
            ]
        };
        assert_eq!(resolved("auto", &slurm("3", "1", "64", "1")).unwrap(), "3/64");
        // Submitted again, or with holes: a task's number is no part's.
        for (array, wanted) in
            [(("3", "3", "1", "3"), "auto/4"), (("7", "1", "3", "7"), "auto"), (("3", "3", "1", "3"), "auto/2")]
        {
            let (id, min, count, max) = array;
            let told = [slurm(id, min, count, "1").as_slice(), &[("SLURM_ARRAY_TASK_MAX", max)]].concat();
            assert!(resolved(wanted, &told).unwrap_err().to_string().contains("$SLURM_ARRAY_TASK_ID/N"), "{array:?}");
        }
        let whole = [slurm("3", "1", "64", "1").as_slice(), &[("SLURM_ARRAY_TASK_MAX", "64")]].concat();
        assert_eq!(
            (resolved("auto", &whole).unwrap(), resolved("auto/64", &whole).unwrap()),
            ("3/64".into(), "3/64".into())
        );
        assert_eq!(resolved("auto", &slurm("0", "0", "64", "1")).unwrap(), "1/64");
        assert_eq!(resolved("auto", &slurm("15", "1", "8", "2")).unwrap(), "8/8");
        assert_eq!(resolved("auto/9", &[("JOB_COMPLETION_INDEX", "8")]).unwrap(), "9/9");
        assert_eq!(resolved("auto", &[("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", "5")]).unwrap(), "1/5");
        assert_eq!(resolved("2/5", &slurm("3", "1", "64", "1")).unwrap(), "2/5");
        for (text, environment) in [
            ("auto", vec![]),
            ("auto", vec![("JOB_COMPLETION_INDEX", "0")]),
            ("auto/4", vec![("JOB_COMPLETION_INDEX", "4")]),
            ("auto", vec![("SLURM_ARRAY_TASK_ID", "x")]),
            ("auto/x", vec![]),
            ("autos", vec![]),
        ] {
            assert!(resolved(text, &environment).is_err(), "{text}");
        }
    }
}
