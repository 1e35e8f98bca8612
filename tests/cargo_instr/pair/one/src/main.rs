use std::process::ExitCode;

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    let way = one::Way::new(&name);
    ExitCode::from(way.go())
}
