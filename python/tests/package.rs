//! Runs the Python tests against the extension that was just built: no wheel, nothing compiled twice.
//!
//! The virtual environment stands in the target folder and is made where it is missing. Without a Python that can make one the
//! tests are ignored, or, with `BASINS_REQUIRE_PYTHON=1`, failed. Arguments go to pytest.

#![allow(clippy::print_stderr, clippy::print_stdout, reason = "it is a test runner")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// Names of the interpreter, the likelier first.
const INTERPRETERS: [&str; 2] = ["python3", "python"];
/// More time than the tests need on a busy machine.
const LIMIT: Duration = Duration::from_secs(900);
/// What is asked of it.
const SUITS: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        println!("pytest: test");
        return ExitCode::SUCCESS;
    }
    let Some(python) = INTERPRETERS.into_iter().find(|python| succeeds(Command::new(python).args(["-c", SUITS])))
    else {
        let required = env::var_os("BASINS_REQUIRE_PYTHON").is_some_and(|value| value == "1");
        println!("test pytest ... {}", if required { "FAILED" } else { "ignored" });
        println!("No Python from 3.10 on with venv was found; on Debian: apt-get install python3-venv");
        return if required { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    };
    match run(python, &arguments) {
        Ok(passed) => {
            println!("\ntest result: {}. pytest, above", if passed { "ok" } else { "FAILED" });
            if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("the Python tests cannot run: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(python: &str, arguments: &[String]) -> Result<bool, Box<dyn Error>> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = env::current_exe()?.parent().ok_or("no folder of builds")?.to_owned();
    let work = built.join("python");
    let venv = venv(python, &work.join("venv"), &package.join("tests/requirements.txt"))?;
    let staged = staged(&built, package, &work.join("package"))?;
    let program = built.join("..").join(format!("basins{}", env::consts::EXE_SUFFIX));
    let mut pytest = Command::new(venv);
    pytest
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs", "-o", "faulthandler_timeout=300"])
        .args(arguments);
    let pytest = pytest.arg(package.join("tests")).current_dir(&work);
    let pytest = pytest.env("PYTHONPATH", staged).env("BASINS_PROGRAM", program).env("PYTHONDONTWRITEBYTECODE", "1");
    within(pytest.spawn()?, LIMIT)
}

/// Whether a child ends well, and in time: one that hangs is stopped, and has failed.
fn within(mut child: Child, limit: Duration) -> Result<bool, Box<dyn Error>> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if begun.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Err(format!("pytest did not end within {} s", limit.as_secs()).into());
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// The interpreter of an environment with all that is required.
fn venv(python: &str, folder: &Path, requirements: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let inside = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let (wanted, noted) = (fs::read_to_string(requirements)?, folder.join("requirements.txt"));
    if fs::read_to_string(&noted).is_ok_and(|installed| installed == wanted) {
        return Ok(inside);
    }
    println!("installing what the Python tests need into {}", folder.display());
    if !succeeds(Command::new(python).args(["-m", "venv", "--clear"]).arg(folder)) {
        return Err(format!("{python} -m venv fails").into());
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    if !Command::new(&inside).args(pip).arg(requirements).status()?.success() {
        return Err("pip install fails".into());
    }
    fs::write(noted, wanted)?;
    Ok(inside)
}

/// A folder with the package as it would be installed.
fn staged(built: &Path, package: &Path, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let (prefix, suffix) = (env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let target = folder.join("basins");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::create_dir_all(&target)?;
    for entry in fs::read_dir(package.join("basins"))? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            fs::copy(&path, target.join(name))?;
        }
    }
    let name = if cfg!(windows) { "_basins.pyd" } else { "_basins.abi3.so" };
    fs::copy(built.join(format!("{prefix}_basins{suffix}")), target.join(name))?;
    Ok(folder.to_owned())
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|done| done.status.success())
}
