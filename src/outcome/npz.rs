//! Weights as NumPy reads and writes them: an NPZ archive with arrays `theta1`, `theta2`, ... of shape
//! (networks, fan_in + 1, fan_out), rows as in [`Layers`]. Written as float32 or float64; read from floats or integers of
//! any size, in either order of memory, of one network without the first dimension as well.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::arrays::{ArraysFile, ArraysReader, Element, damaged};
use crate::error::{Error, Result};
use crate::kept::{place, remove_dead, temporary_in};
use crate::spec::keyword::plain;
use crate::spec::{LayerShape, Layers, WEIGHT_BOUND};

use super::{Values, Weights};

fn array_name(layer: usize) -> String {
    format!("theta{}", layer + 1)
}

/// Reads the weights of all networks in a file.
///
/// # Errors
/// The file cannot be read, is no NPZ archive, or its arrays do not fit the layers.
pub fn read_weights(path: &Path, layers: &Layers) -> Result<Weights> {
    read(path, layers, true).map_err(|what| Error::input(format!("--weights-in {}: {what}", path.display())))
}

/// The same of weights that training ended with, whatever they are.
///
/// # Errors
/// As [`read_weights`], but for their size.
pub fn read_final_weights(path: &Path, layers: &Layers) -> Result<Weights> {
    read(path, layers, false).map_err(|what| Error::failure(format!("{}: {what}", path.display())))
}

fn read(path: &Path, layers: &Layers, bounded: bool) -> std::result::Result<Weights, String> {
    let mut archive = ArraysReader::open_or_reason(path)?;
    let arrays: Vec<Array> = layers
        .shapes()
        .enumerate()
        .map(|(layer, shape)| read_array(&mut archive, &array_name(layer), shape, layers, bounded))
        .collect::<std::result::Result<_, String>>()?;
    let count = arrays[0].count;
    if let Some((layer, array)) = arrays.iter().enumerate().find(|(_, array)| array.count != count) {
        return Err(format!("theta1 holds {count} networks, but {} holds {}", array_name(layer), array.count));
    }
    if count == 0 {
        return Err("holds no networks".into());
    }
    Ok(Weights::new(layers, interleave(&arrays, count, layers)))
}

struct Array {
    count: usize,
    values: Values,
}

fn read_array(
    archive: &mut ArraysReader<BufReader<File>>,
    name: &str,
    shape: LayerShape,
    layers: &Layers,
    bounded: bool,
) -> std::result::Result<Array, String> {
    let damaged = |error: io::Error| damaged(name, &error);
    let found = archive.names();
    let (header, mut numbers) = archive.array(name).map_err(damaged)?.ok_or_else(|| {
        format!("has no array {name}; --layers {layers} needs {name}, and the file holds {}", found.join(", "))
    })?;
    let expected = [shape.row_count() as u64, shape.fan_out as u64];
    let dimensions = &header.shape;
    let count = match dimensions.as_slice() {
        [count, rest @ ..] if *rest == expected => *count as usize,
        one if *one == expected => 1,
        _ => {
            return Err(format!(
                "array {name} has shape {dimensions:?}, but --layers {layers} needs (networks, {0}, {1}), or ({0}, {1}) \
                 for one: rows are the units that feed the layer{2} and then the bias",
                expected[0],
                expected[1],
                if shape.shortcut > 0 { ", the inputs (--shortcuts)" } else { "" }
            ));
        }
    };
    let values = if header.holds::<f32>() {
        Values::F32(header.numbers(&mut numbers).map_err(damaged)?)
    } else if header.holds::<f64>() {
        Values::F64(header.numbers(&mut numbers).map_err(damaged)?)
    } else {
        // Half precision and integers up to the bound are exact in single precision.
        let reals = header.reals(&mut numbers).map_err(damaged)?;
        let reals =
            reals.ok_or_else(|| format!("array {name} holds {}, but weights are real numbers", header.descr))?;
        Values::F32(reals.into_iter().map(|value| value as f32).collect())
    };
    match outside(&values).filter(|_| bounded) {
        Some((position, value)) => Err(format!(
            "array {name} is {} at {}; starting weights are finite and at most {WEIGHT_BOUND:e} in size, beyond \
             which a network counts as diverged",
            plain(value),
            header.index(position)
        )),
        None => Ok(Array { count, values }),
    }
}

/// The first weight, by its position, with which a network would count as diverged.
fn outside(values: &Values) -> Option<(usize, f64)> {
    fn first<T: Copy + Into<f64>>(values: &[T]) -> Option<(usize, f64)> {
        let within = |value: f64| value.abs() <= f64::from(WEIGHT_BOUND);
        values.iter().map(|value| (*value).into()).enumerate().find(|(_, value)| !within(*value))
    }
    match values {
        Values::F32(values) => first(values),
        Values::F64(values) => first(values),
    }
}

/// One block of weights a network from one array a layer; f64 if any array is.
fn interleave(arrays: &[Array], count: usize, layers: &Layers) -> Values {
    let sizes: Vec<usize> = layers.shapes().map(LayerShape::weight_count).collect();
    let singles: Option<Vec<&[f32]>> = arrays
        .iter()
        .map(|array| match &array.values {
            Values::F32(values) => Some(values.as_slice()),
            Values::F64(_) => None,
        })
        .collect();
    if let Some(singles) = singles {
        return Values::F32(blocks(&singles, &sizes, count));
    }
    let doubles: Vec<Vec<f64>> = arrays
        .iter()
        .map(|array| match &array.values {
            Values::F32(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Values::F64(values) => values.clone(),
        })
        .collect();
    Values::F64(blocks(&doubles.iter().map(Vec::as_slice).collect::<Vec<_>>(), &sizes, count))
}

fn blocks<T: Copy>(arrays: &[&[T]], sizes: &[usize], count: usize) -> Vec<T> {
    let mut weights = Vec::with_capacity(count * sizes.iter().sum::<usize>());
    for network in 0..count {
        for (array, size) in arrays.iter().zip(sizes) {
            weights.extend_from_slice(&array[network * size..][..*size]);
        }
    }
    weights
}

/// Writes weights chunk by chunk, without holding them all: each layer goes to a temporary file beside the target, and
/// [`WeightsFile::finish`] joins them. Until then the target is untouched; dropped unfinished, nothing remains.
pub struct WeightsFile {
    path: PathBuf,
    target: NamedTempFile,
    layers: Layers,
    spools: Vec<BufWriter<File>>,
    double: Option<bool>,
    count: u64,
}

impl WeightsFile {
    /// Finds out whether the file can be written, before any work is done.
    ///
    /// # Errors
    /// The folder does not exist or is not writable, or the path is a folder or no file at all.
    pub fn create(path: &Path, layers: &Layers) -> Result<Self> {
        let fail =
            |error: io::Error| Error::input(format!("--weights-out {} cannot be written: {error}", path.display()));
        if path.is_dir() {
            return Err(fail(io::Error::other("it is a folder")));
        }
        // The new file takes the place of the old one, which must not be a device or a pipe; of a link, what it leads to,
        // be it there or not.
        if path.exists() && !path.is_file() {
            return Err(fail(io::Error::other("it is a device or a pipe, not a file")));
        }
        let path = &behind_links(path).map_err(fail)?;
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(fail(io::Error::other(format!("there is no folder {}", folder.display()))));
        }
        remove_dead(folder);
        let target = temporary_in(folder).map_err(fail)?;
        let spools = layers.shapes().map(|_| Ok(BufWriter::new(tempfile::tempfile_in(folder)?)));
        let spools = spools.collect::<io::Result<_>>().map_err(fail)?;
        Ok(Self { path: path.to_owned(), target, layers: layers.clone(), spools, double: None, count: 0 })
    }

    /// Adds the weights of the next networks; all chunks have the same precision.
    ///
    /// # Errors
    /// The disk is full.
    pub fn append(&mut self, weights: &Weights) -> Result<()> {
        let path = self.path.clone();
        self.spool(weights).map_err(|error| Error::file(&path, "cannot be written", &error))
    }

    fn spool(&mut self, weights: &Weights) -> io::Result<()> {
        let double = matches!(weights.values(), Values::F64(_));
        if *self.double.get_or_insert(double) != double {
            return Err(io::Error::other("chunks of different precision"));
        }
        for (spool, shape) in self.spools.iter_mut().zip(self.layers.shapes()) {
            for network in 0..weights.count() {
                let start = network * weights.weight_count() + shape.offset;
                match weights.values() {
                    Values::F32(values) => write_all(spool, &values[start..][..shape.weight_count()])?,
                    Values::F64(values) => write_all(spool, &values[start..][..shape.weight_count()])?,
                }
            }
        }
        self.count += weights.count() as u64;
        Ok(())
    }

    /// Joins the layers into the archive and puts it in place.
    ///
    /// # Errors
    /// The disk is full, or the target cannot be replaced.
    pub fn finish(self) -> Result<()> {
        let path = self.path.clone();
        self.join().map_err(|error| Error::file(&path, "cannot be written", &error))
    }

    fn join(self) -> io::Result<()> {
        let mut archive = ArraysFile::new(BufWriter::new(self.target.as_file().try_clone()?));
        for (layer, (spool, shape)) in self.spools.into_iter().zip(self.layers.shapes()).enumerate() {
            let mut spool = spool.into_inner().map_err(|error| error.into_error())?;
            spool.seek(SeekFrom::Start(0))?;
            let spool = BufReader::new(spool);
            let dimensions = [self.count, shape.row_count() as u64, shape.fan_out as u64];
            let total = self.count * shape.weight_count() as u64;
            let name = array_name(layer);
            if self.double == Some(true) {
                archive.add_stored(&name, &dimensions, numbers::<f64>(spool, total))?;
            } else {
                archive.add_stored(&name, &dimensions, numbers::<f32>(spool, total))?;
            }
        }
        archive.finish()?;
        place(self.target, &self.path)
    }
}

/// Where a path leads, by links to the last, which need not be there.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    /// As many as systems follow.
    const LINK_LIMIT: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..LINK_LIMIT {
        match std::fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(path.canonicalize().unwrap_or(path)),
        }
    }
    Err(io::Error::other("its links lead nowhere"))
}

fn write_all<T: Element>(spool: &mut impl Write, values: &[T]) -> io::Result<()> {
    values.iter().try_for_each(|value| value.write(spool))
}

/// So many numbers of a spool.
fn numbers<T: Element>(mut spool: impl Read, count: u64) -> impl Iterator<Item = io::Result<T>> {
    let mut bytes = vec![0; T::SIZE];
    (0..count).map(move |_| {
        spool.read_exact(&mut bytes)?;
        T::from_bytes(&bytes, false).ok_or_else(|| io::ErrorKind::InvalidData.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(layers: &Layers, count: usize) -> Weights {
        let total = layers.weight_count() * count;
        Weights::new(layers, Values::F32((0..total).map(|at| at as f32 * 0.25 - 3.0).collect()))
    }

    #[test]
    fn chunks_come_back_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights.npz");
        let layers: Layers = "2,3,1".parse().unwrap();
        let all = sample(&layers, 5);
        let mut file = WeightsFile::create(&path, &layers).unwrap();
        file.append(&all.slice(0..2)).unwrap();
        assert!(!path.exists(), "nothing may stand half written");
        file.append(&all.slice(2..5)).unwrap();
        file.finish().unwrap();
        assert_eq!(read_weights(&path, &layers).unwrap(), all);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "temporary files must be gone");
    }

    #[test]
    fn wrong_files_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights.npz");
        let layers: Layers = "2,3,1".parse().unwrap();
        let message = |path: &Path| read_weights(path, &layers).unwrap_err().to_string();
        assert!(message(&path).contains("No such file"), "{}", message(&path));
        std::fs::write(&path, b"this is no archive").unwrap();
        assert!(message(&path).contains("not an NPZ archive"), "{}", message(&path));
        let other: Layers = "2,4,1".parse().unwrap();
        let mut file = WeightsFile::create(&path, &other).unwrap();
        file.append(&sample(&other, 2)).unwrap();
        file.finish().unwrap();
        assert!(message(&path).contains("shape [2, 3, 4]"), "{}", message(&path));
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(message(&path).contains("damaged"), "{}", message(&path));
    }
}
