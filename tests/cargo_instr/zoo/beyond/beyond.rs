//! Outside the workspace.

pub fn here() -> String {
    let place = crate::place!();
    place
}
