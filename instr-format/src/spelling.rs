//! Which name a misspelt one was meant to be.

/// Longer names are compared by their first bytes.
const MOST: usize = 48;

/// The one of `names` that differs least from `written`: by one letter in three at most, or by what one of them has behind
/// the other. Whether letters are capital makes no difference.
pub fn closest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let differences = names.into_iter().map(|name| (difference(written.as_bytes(), name.as_bytes()), name));
    let near = differences.filter(|(difference, name)| *difference <= name.len() / 3);
    near.min_by_key(|(difference, name)| (*difference, name.len().abs_diff(written.len()))).map(|(_, name)| name)
}

/// How many letters must be changed, added, left out or exchanged with their neighbours to make one name the other.
fn difference(one: &[u8], other: &[u8]) -> usize {
    let (one, other) = (cut(one), cut(other));
    let shorter = one.len().min(other.len());
    if shorter > 3 && one[..shorter].eq_ignore_ascii_case(&other[..shorter]) {
        return usize::from(one.len() != other.len());
    }
    let differ = |at: usize, to: usize| !one[at].eq_ignore_ascii_case(&other[to]);
    let mut rows = [[0; MOST + 1]; 3];
    rows[1] = core::array::from_fn(|to| to);
    for at in 0..one.len() {
        let [before_last, last, row] = &mut rows;
        row[0] = at + 1;
        for to in 0..other.len() {
            let changed = last[to] + usize::from(differ(at, to));
            row[to + 1] = changed.min(last[to + 1] + 1).min(row[to] + 1);
            if at > 0 && to > 0 && !differ(at, to - 1) && !differ(at - 1, to) {
                row[to + 1] = row[to + 1].min(before_last[to - 1] + 1);
            }
        }
        rows.rotate_left(1);
    }
    rows[1][other.len()]
}

fn cut(name: &[u8]) -> &[u8] {
    name.get(..MOST).unwrap_or(name)
}
