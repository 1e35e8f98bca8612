//! Where `coverage` writes: to stdout, a file, or a directory.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{CoverageArguments, Format};
use crate::cli::Failure;
use crate::cli::options::{Common, exists, shown};
use crate::report::coverage::{Shown, cobertura, html, json, lcov, text};
use crate::report::paint::Paint;

/// Where to.
pub(super) struct Output<'a> {
    common: &'a Common,
    format: Format,
}

impl<'a> Output<'a> {
    /// As these arguments say. A directory is made at once.
    pub(super) fn new(arguments: &'a CoverageArguments) -> Result<Self, Failure> {
        let output = Output { common: &arguments.common, format: arguments.format };
        let is_html = output.format == Format::Html;
        match &output.common.writing.output {
            Some(path) if arguments.per_run || (is_html && arguments.diff.is_none()) => output.make_directory(path)?,
            None if is_html => {
                return Err(Failure::Input("pages are many files; name a directory with --output".to_owned()));
            }
            _ => {}
        }
        Ok(output)
    }

    /// Writes what was found.
    pub(super) fn write(&self, found: &Shown<'_>, paint: Paint) -> Result<(), Failure> {
        if self.format == Format::Html {
            return self.rewrite(found);
        }
        let mut out = self.common.open_output()?;
        self.document(found, paint, &mut out)?;
        Ok(out.flush()?)
    }

    /// Writes what was found of one run into the directory.
    pub(super) fn write_run(&self, run: &Path, found: &Shown<'_>) -> Result<(), Failure> {
        let name = run.file_name().unwrap_or(run.as_os_str()).to_string_lossy().into_owned();
        let Some(directory) = &self.common.writing.output else { return Ok(()) };
        match self.format {
            Format::Html => {
                let path = directory.join(name);
                self.make_directory(&path)?;
                pages(&path, found)
            }
            _ => self.replace_by(&directory.join(name + "." + self.extension()), found),
        }
    }

    /// Writes what was found in the place of what was there before: whoever reads meanwhile reads one or the other.
    pub(super) fn rewrite(&self, found: &Shown<'_>) -> Result<(), Failure> {
        let Some(path) = &self.common.writing.output else { return Ok(()) };
        if self.format == Format::Html { pages(path, found) } else { self.replace_by(path, found) }
    }

    /// Whether something is there already that must not be replaced.
    pub(super) fn refuse_existing(&self) -> Result<(), Failure> {
        let Some(path) = &self.common.writing.output else { return Ok(()) };
        if self.format == Format::Html || self.common.writing.force || path.symlink_metadata().is_err() {
            Ok(())
        } else {
            Err(exists(path))
        }
    }

    fn document(&self, found: &Shown<'_>, paint: Paint, out: &mut dyn Write) -> Result<(), Failure> {
        match self.format {
            Format::Text => text::write(found, paint, out)?,
            Format::Json => json::write(found, out)?,
            Format::Lcov => lcov::write(found, out)?,
            Format::Cobertura => cobertura::write(found, out)?,
            // They are no one document.
            Format::Html => {}
        }
        Ok(())
    }

    fn extension(&self) -> &'static str {
        match self.format {
            Format::Text => "txt",
            Format::Json => "json",
            Format::Lcov => "info",
            Format::Cobertura => "xml",
            Format::Html => "html",
        }
    }

    fn replace_by(&self, path: &Path, found: &Shown<'_>) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        self.document(found, Paint::default(), &mut bytes)?;
        replace(path, &bytes)
    }

    /// Makes the directory, or takes one that is there: an empty one, or any by --force.
    fn make_directory(&self, path: &Path) -> Result<(), Failure> {
        let cannot = |error| Failure::Input(format!("cannot create {}: {error}", shown(path)));
        match fs::read_dir(path) {
            Ok(_) if self.common.writing.force => Ok(()),
            Ok(mut entries) => {
                if entries.next().is_none() {
                    Ok(())
                } else {
                    Err(exists(path))
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => fs::create_dir_all(path).map_err(cannot),
            Err(error) => Err(cannot(error)),
        }
    }
}

fn pages(directory: &Path, found: &Shown<'_>) -> Result<(), Failure> {
    html::pages(found).try_for_each(|page| replace(&directory.join(page.name), page.text.as_bytes()))
}

/// Puts a file in the place of the one that is there, if any.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let part = part(path);
    let cannot = |error| Failure::Input(format!("cannot write {}: {error}", shown(path)));
    match fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(cannot(error)),
        _ => {}
    }
    fs::File::create_new(&part).and_then(|mut file| file.write_all(bytes)).map_err(cannot)?;
    fs::rename(&part, path).map_err(cannot)
}

// Input:  out/lcov.info
// Output: out/.lcov.info.part
fn part(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}
