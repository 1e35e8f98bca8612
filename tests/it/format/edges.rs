//! The file of edges.

use instr_format::edges::{BadEdges, Head, PAGE, Place, decode, encode_begin};
use proptest::collection::vec;
use proptest::prelude::*;

/// A file as the runtime writes it: for each range its load base, build id and path, and for each edge its address, whether its
/// function begins there, and whether it was reached.
type Ranges = Vec<(u64, Vec<u8>, Vec<u8>, Vec<(u32, bool, bool)>)>;

fn pad(file: &mut Vec<u8>) {
    file.resize(file.len().next_multiple_of(PAGE), 0);
}

fn encode(ranges: &Ranges) -> Vec<u8> {
    let mut file = encode_begin().to_vec();
    pad(&mut file);
    for (base, build_id, path, edges) in ranges {
        let head = Head { edges: edges.len() as u64, base: *base, build_id, path };
        file.extend(head.encode());
        file.extend(path);
        pad(&mut file);
        let at = file.len();
        edges.iter().for_each(|(address, is_entry, _)| {
            file.extend(Place { address: *address, is_entry: *is_entry }.encode());
        });
        pad(&mut file);
        let places = file.len() - at;
        file.extend(edges.iter().map(|(.., is_reached)| u8::from(*is_reached)));
        pad(&mut file);
        assert_eq!(head.sizes(), Some([places, file.len() - at - places]));
    }
    file
}

fn ranges() -> impl Strategy<Value = Ranges> {
    let edge = (0..1_u32 << 31, any::<bool>(), any::<bool>());
    vec((any::<u64>(), vec(any::<u8>(), 0..=64), vec(any::<u8>(), 0..300), vec(edge, 0..5000)), 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn edges_come_back(ranges in ranges()) {
        let file = encode(&ranges);
        let read: Vec<_> = decode(&file).expect("edges").map(|range| range.expect("a range")).collect();
        let read: Ranges = read
            .iter()
            .map(|range| {
                let edges = range.edges().map(|(place, is_reached)| (place.address, place.is_entry, is_reached));
                (range.head.base, range.head.build_id.to_vec(), range.head.path.to_vec(), edges.collect())
            })
            .collect();
        prop_assert_eq!(read, ranges);
    }

    /// What is whole is read, and the rest is told with its place.
    #[test]
    fn a_file_that_is_cut_is_read_up_to_there(ranges in ranges(), cut in any::<prop::sample::Index>()) {
        let file = encode(&ranges);
        let cut = &file[..16 + cut.index(file.len() - 15)];
        let read: Vec<_> = decode(cut).expect("edges").collect();
        let whole = read.iter().filter(|range| range.is_ok()).count();
        let has_all = cut.len() == encode(&ranges[..whole].to_vec()).len() || cut.len() <= PAGE;
        prop_assert_eq!(read.len(), whole + usize::from(!has_all));
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in vec(any::<u8>(), 0..3 * PAGE), begins in any::<bool>()) {
        let mut file = if begins { encode_begin().to_vec() } else { Vec::new() };
        file.extend(&bytes);
        if let Ok(ranges) = decode(&file) {
            ranges.flatten().for_each(|range| assert!(range.edges().count() <= file.len()));
        }
    }
}

#[test]
fn heads_that_lie_are_refused() {
    let file = |edges: u64, change: &dyn Fn(&mut Vec<u8>)| {
        let mut file = encode_begin().to_vec();
        pad(&mut file);
        file.extend(Head { edges, base: 0, build_id: b"", path: b"" }.encode());
        pad(&mut file);
        change(&mut file);
        file
    };
    let is_refused = |file: &[u8]| decode(file).expect("edges").map(|range| range.map(|_| ())).eq([Err(PAGE as u64)]);
    assert!(is_refused(&file(u64::MAX, &|_| {})) && is_refused(&file(u64::MAX / 4, &|_| {})));
    assert!(is_refused(&file(1, &|_| {})), "nothing behind the head");
    assert!(is_refused(&file(0, &|file| file[PAGE] ^= 1)), "not a range");
    assert!(is_refused(&file(0, &|file| file[PAGE + 24] = 65)), "a build id that is too long");
    assert!(is_refused(&file(0, &|file| file[PAGE + 28..PAGE + 32].fill(0xff))), "a path that is too long");
}

#[test]
fn other_files_and_versions_are_told_apart() {
    let mut file = encode_begin().to_vec();
    assert_eq!(decode(&file).map(Iterator::count), Ok(0));
    file[8] = 9;
    assert_eq!(decode(&file).map(Iterator::count), Err(BadEdges::Version(9)));
    file[0] ^= 1;
    assert_eq!(decode(&file).map(Iterator::count), Err(BadEdges::NotEdges));
    assert_eq!(decode(b"").map(Iterator::count), Err(BadEdges::NotEdges));
}

#[test]
fn addresses_beyond_two_gibibytes_are_unknown() {
    assert_eq!(Place::new(0x7fff_ffff, true), Place { address: 0x7fff_ffff, is_entry: true });
    assert_eq!(Place::new(0x8000_0000, true), Place { address: 0, is_entry: true });
    assert_eq!(Place::new(u64::MAX, false), Place { address: 0, is_entry: false });
}
