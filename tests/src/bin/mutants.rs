//! Gives mutants of runs to every verb, or one run that a fuzzer has made.
//!
//! ```text
//! mutants DIRECTORY --from 0 --count 1000
//! mutants DIRECTORY --packed FILE
//! ```
//! What goes wrong lies in `DIRECTORY/findings`. Under a fuzzer, a panic aborts.

use std::fs::{self, File};
use std::io::Write as _;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, abort};
use std::time::Duration;

use clap::Parser;
use flate2::Compression;
use flate2::write::GzEncoder;
use instr_tests::mutants::verbs::{Streams, VERBS};
use instr_tests::mutants::{Packed, mutant, seeds};

/// So long a verb may take; files are at most some megabytes.
const MOST: Duration = Duration::from_secs(60);

#[derive(Parser)]
#[command(about)]
struct Options {
    /// Where mutants are written to
    directory: PathBuf,
    /// The number of the first one
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// How many
    #[arg(long, default_value_t = 1)]
    count: u64,
    /// Standard output and error are these files in the directory: look at what is written to them
    #[arg(long)]
    streams: bool,
    /// This run, and no mutants
    #[arg(long)]
    packed: Option<PathBuf>,
    /// Write the runs that mutants are made of to this directory, packed, and nothing else
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Write this run to the directory, packed and compressed, as one that mutants are made of, and nothing else
    #[arg(long)]
    seed: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(corpus) = &options.corpus {
        for (number, seed) in seeds().iter().enumerate() {
            fs::write(corpus.join(number.to_string()), seed.encode()).expect("a file of the corpus");
        }
        return ExitCode::SUCCESS;
    }
    if let Some(run) = &options.seed {
        let name = run.parent().and_then(Path::file_name).expect("a directory in a named one");
        let file = File::create(options.directory.join(name).with_extension("gz")).expect("a file for the seed");
        let mut encoder = GzEncoder::new(file, Compression::best());
        encoder.write_all(&Packed::of_run(run).encode()).and_then(|()| encoder.finish()).expect("room for the seed");
        return ExitCode::SUCCESS;
    }
    if let Some(packed) = &options.packed {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            default(info);
            abort();
        }));
        let run = Packed::decode(&fs::read(packed).expect("a packed run"));
        if let Err(wrong) = try_verbs(&options, &run) {
            eprintln!("{wrong}");
            abort();
        }
        return ExitCode::SUCCESS;
    }
    let (seeds, findings) = (seeds(), options.directory.join("findings"));
    fs::create_dir_all(&findings).expect("a directory for findings");
    for number in (options.from..).take(usize::try_from(options.count).unwrap_or(usize::MAX)) {
        let run = mutant(&seeds, number);
        // Should this process die of it, the one that has started it looks here.
        fs::write(options.directory.join("last"), number.to_string()).expect("a file for the number");
        if let Err(wrong) = try_verbs(&options, &run) {
            fs::write(findings.join(format!("{number}.txt")), format!("mutant {number}: {wrong}\n"))
                .expect("a finding");
            fs::write(findings.join(format!("{number}.packed")), run.encode()).expect("a finding");
        }
    }
    ExitCode::SUCCESS
}

fn try_verbs(options: &Options, run: &Packed) -> Result<(), String> {
    let places = run.write(&options.directory.join("runs"));
    let in_directory = |name: &str| -> PathBuf { Path::join(&options.directory, name) };
    let (stdout, stderr) = (in_directory("stdout"), in_directory("stderr"));
    let streams = options.streams.then_some(Streams { stdout: &stdout, stderr: &stderr });
    for verb in &VERBS {
        let outcome = verb.run(&places, &options.directory, streams.as_ref(), MOST);
        outcome.map_err(|wrong| format!("{}: {wrong}", verb.words.join(" ")))?;
    }
    Ok(())
}
