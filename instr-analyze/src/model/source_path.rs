//! Paths of source files, as people write them: those of dependencies and of the standard library without the directories
//! that they were unpacked to.

/// Whether the file belongs to the program's own workspace: cargo gives the compiler paths relative to that.
pub fn is_local(file: &str) -> bool {
    !file.starts_with('/') && !file.starts_with("vendor/") && file != "?"
}

/// The path for people: `smallvec-0.6.9/lib.rs`, `library/core/src/str/mod.rs`, and any other as it is.
pub fn short(file: &str) -> String {
    if let Some(path) = in_registry(file).or_else(|| in_toolchain(file)) {
        return path.to_owned();
    }
    in_checkout(file).unwrap_or_else(|| file.to_owned())
}

/// What stands behind the registry's own directory, if the file is in one.
pub(crate) fn in_registry(file: &str) -> Option<&str> {
    let (_, below) = file.split_once("/registry/src/")?;
    Some(below.split_once('/')?.1)
}

/// What stands behind the toolchain's directory of sources, or what the standard library's were compiled in.
pub(crate) fn in_toolchain(file: &str) -> Option<&str> {
    let below = match file.strip_prefix("/rustc/") {
        Some(rest) => rest.split_once('/')?.1,
        None => file.split_once("/lib/rustlib/src/rust/")?.1,
    };
    below.starts_with("library/").then_some(below)
}

// Input:  …/git/checkouts/serde-0123456789abcdef/89ab123/src/lib.rs
// Output: serde-89ab123/src/lib.rs
fn in_checkout(file: &str) -> Option<String> {
    let (_, below) = file.split_once("/git/checkouts/")?;
    let (name, rest) = below.split_once('/')?;
    let name = name.rsplit_once('-').map_or(name, |(name, _)| name);
    Some(format!("{name}-{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_caches_are_left_out() {
        let cases = [
            ("src/main.rs", "src/main.rs"),
            (
                "/home/u/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/smallvec-0.6.9/lib.rs",
                "smallvec-0.6.9/lib.rs",
            ),
            (
                "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/num/mod.rs",
                "library/core/src/num/mod.rs",
            ),
            ("/r/toolchains/stable/lib/rustlib/src/rust/library/std/src/lib.rs", "library/std/src/lib.rs"),
            ("/c/git/checkouts/serde-0123456789abcdef/89ab123/src/lib.rs", "serde-89ab123/src/lib.rs"),
            ("/elsewhere/lib.rs", "/elsewhere/lib.rs"),
        ];
        for (file, expected) in cases {
            assert_eq!(short(file), expected);
        }
        assert!(is_local("app/src/lib.rs") && !is_local("/elsewhere/lib.rs") && !is_local("vendor/a/lib.rs"));
    }
}
