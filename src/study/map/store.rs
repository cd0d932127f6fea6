//! Where finished tiles are kept: files in a folder, so that a map can go on where it ended, or memory.

use std::collections::HashMap;
use std::io::{self, BufReader, Seek, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::arrays::{ArraysFile, ArraysReader};
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::kept::{Store, checksum};
use crate::outcome::Fate;
use crate::spec::Shard;

use super::super::trainers::rounding;
use super::cells::{FateCounts, MapCells};
use super::plan::{MapPlan, MapStart};
use super::tiles::Tile;

/// Finished tiles of one map.
#[derive(Debug)]
pub struct TileStore {
    /// Lattice points along a tile's side.
    side: usize,
    folder: Option<Store>,
    memory: HashMap<Tile, MapCells>,
    /// Whether files hold how many networks met which fate.
    several: bool,
    /// Why tiles are in memory that should be in the folder.
    failure: Option<Error>,
}

impl TileStore {
    /// Lattice points along the side of a tile if nothing else is said.
    pub const SIDE: usize = 128;

    /// The same on the scalar reference.
    const SCALAR_SIDE: usize = 32;

    /// For tiles that a backend trains: kept in a folder, or else in memory. A tile is finished after an interruption, so
    /// that it must not take long: it is smaller where networks are trained one number at a time, or pixels have several.
    ///
    /// # Errors
    /// The folder holds another map's tiles, or cannot be written.
    pub fn open(folder: Option<&Path>, plan: &MapPlan, shard: Option<Shard>, backend: &dyn Backend) -> Result<Self> {
        let side = if backend.is_scalar() { Self::SCALAR_SIDE } else { Self::SIDE };
        let side = (side * side / usize::from(plan.start_count())).isqrt().max(1);
        match folder {
            Some(folder) => Self::of_shard(folder, plan, shard, &rounding(backend), side),
            None => Ok(Self::in_memory(side)),
        }
    }

    /// Kept in memory, twelve bytes a pixel, or thirty where it has several networks.
    pub fn in_memory(side: usize) -> Self {
        Self { side: side.max(1), folder: None, memory: HashMap::new(), several: false, failure: None }
    }

    /// A folder that holds tiles of this map alone, made if need be. `trainer` names the backend and its precision:
    /// tiles of one map come from one trainer.
    ///
    /// # Errors
    /// It holds another map's tiles, or cannot be written.
    pub fn in_folder(folder: &Path, plan: &MapPlan, trainer: &str, side: usize) -> Result<Self> {
        Self::of_shard(folder, plan, None, trainer, side)
    }

    fn of_shard(folder: &Path, plan: &MapPlan, shard: Option<Shard>, trainer: &str, side: usize) -> Result<Self> {
        let mut manifest = manifest(plan, trainer, side);
        if let Some(shard) = shard {
            manifest["shard"] = json!(shard);
        }
        let store = Store::open(folder, &manifest)?;
        let several = plan.start_count() > 1;
        Ok(Self { side: side.max(1), folder: Some(store), memory: HashMap::new(), several, failure: None })
    }

    /// Lattice points along a tile's side.
    pub(super) fn side(&self) -> usize {
        self.side
    }

    /// Whether a tile is finished, as far as can be told without reading it.
    pub(super) fn has(&self, tile: &Tile) -> bool {
        let is_file = |folder: &Store| folder.folder().join(tile.file_name()).is_file();
        self.memory.contains_key(tile) || self.folder.as_ref().is_some_and(is_file)
    }

    /// A tile's cells, if it is finished. A file that is damaged counts as missing: it is trained again.
    pub(super) fn read(&self, tile: &Tile) -> Option<MapCells> {
        if let Some(cells) = self.memory.get(tile) {
            return Some(cells.clone());
        }
        let folder = self.folder.as_ref()?;
        let mut archive = ArraysReader::open(&folder.folder().join(tile.file_name())).ok()?;
        let count = tile.count();
        let mut cells = || -> io::Result<MapCells> {
            Ok(MapCells {
                fate: archive.numbers("fate", count)?,
                epoch: archive.numbers("epoch", count)?,
                loss: archive.numbers("loss", count)?,
                counts: match self.several {
                    true => read_counts(&mut archive, count)?,
                    false => Vec::new(),
                },
            })
        };
        cells().ok()
    }

    /// Keeps a finished tile: in memory, if the folder cannot be written.
    pub(super) fn write(&mut self, tile: &Tile, cells: MapCells) {
        let shape = [tile.size.1 as u64, tile.size.0 as u64];
        let name = tile.file_name();
        let write = |folder: &Store| folder.write(&name, |target| write_cells(ArraysFile::new(target), &shape, &cells));
        let written = self.folder.as_ref().filter(|_| self.failure.is_none()).map(write);
        if let Some(Ok(())) = written {
            return;
        }
        self.failure = self.failure.take().or(written.and_then(Result::err));
        self.memory.insert(*tile, cells);
    }

    /// Why tiles could not be kept in the folder.
    ///
    /// # Errors
    /// What the first of them met.
    pub fn kept(&mut self) -> Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }
}

/// The arrays `fate`, `epoch` and `loss`, and `counts` where there are any.
fn write_cells<W: Write + Seek>(mut archive: ArraysFile<W>, shape: &[u64], cells: &MapCells) -> io::Result<()> {
    archive.add("fate", shape, cells.fate.iter().map(|fate| Ok(*fate)))?;
    archive.add("epoch", shape, cells.epoch.iter().map(|epoch| Ok(*epoch)))?;
    archive.add("loss", shape, cells.loss.iter().map(|loss| Ok(*loss)))?;
    if !cells.counts.is_empty() {
        let shape: Vec<u64> = shape.iter().copied().chain([Fate::ALL.len() as u64]).collect();
        archive.add("counts", &shape, cells.counts.iter().flatten().map(|count| Ok(*count)))?;
    }
    archive.finish().map(|_| ())
}

fn read_counts(archive: &mut ArraysReader<BufReader<std::fs::File>>, count: usize) -> io::Result<Vec<FateCounts>> {
    let numbers: Vec<u16> = archive.numbers("counts", count * Fate::ALL.len())?;
    // As many as there are fates come in each piece.
    Ok(numbers.chunks_exact(Fate::ALL.len()).filter_map(|counts| counts.try_into().ok()).collect())
}

/// All that decides a tile's content.
fn manifest(plan: &MapPlan, trainer: &str, side: usize) -> Value {
    let fixed: Vec<String> = plan
        .fixed()
        .iter()
        .map(|(at, value)| format!("{}={value}", plan.problem().layers().weight_name(*at)))
        .collect();
    let examples = plan.problem().examples();
    let mut object = json!({
        "schema": "basins.map-tiles/2",
        "spec": plan.spec(),
        "x": plan.axes()[0],
        "y": plan.axes()[1],
        "size": format!("{}x{}", plan.size().0, plan.size().1),
        "backend": trainer,
        "tile side": side,
        "fixed weights": fixed.join(" "),
        // The table of a file may change while its name stays.
        "examples": checksum(examples.inputs().iter().chain(examples.targets())),
    });
    // Where a pixel has one network nothing is added, so that folders made before there were several go on.
    let several = match plan.start_count() {
        1 => String::new(),
        count => format!(", {count} a pixel"),
    };
    object["start"] = match plan.start() {
        MapStart::Same { seed, network } => format!("network {network} of seed {seed}{several}"),
        MapStart::Each { seed, first } => format!("networks from {first} of seed {seed}{several}"),
        MapStart::Given { weights, .. } => format!("given weights {}", checksum(weights)),
    }
    .into();
    object
}
