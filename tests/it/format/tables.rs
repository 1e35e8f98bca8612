//! The site table and `last`.

use instr_format::last;
use instr_format::sites::{
    BadTable, BlockKind, Function, FunctionLine, Lines, Nesting, Origin, Place, Range, SiteLine, TRY, TableHeader,
    decode_further, decode_lines, decode_nesting, decode_parameters, decode_patterns, decode_shape, decode_table,
};
use instr_format::test::Test;
use instr_format::text::SiteText;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{escaped, flag, text};

/// How a statement may lie in others.
fn nesting() -> impl Strategy<Value = Nesting> {
    (any::<Option<(u32, u32)>>(), any::<bool>()).prop_map(|(around, has_loop)| {
        let (up, block) = around.map_or((None, 0), |(up, block)| (Some(up), block));
        Nesting { up, block, has_loop }
    })
}

/// The blocks of a statement, and its `?`.
fn shape() -> impl Strategy<Value = Vec<Option<BlockKind>>> {
    use BlockKind::*;
    let kinds = [If, ElseIf, Else, LetElse, FirstArm, Arm, Turns, Loop, Closure, Future, Plain];
    vec(proptest::option::of(proptest::sample::select(kinds.to_vec())), 0..6)
}

fn lines() -> impl Strategy<Value = Option<Lines>> {
    proptest::option::of((1..u64::from(u32::MAX), 0..3_u64).prop_map(|(first, further)| Lines { first, further }))
}

fn parameters() -> impl Strategy<Value = Vec<String>> {
    vec("self|_|[a-z_]{1,9}|größe", 0..4)
}

proptest! {
    #[test]
    fn site_tables_come_back(
        functions in vec((text(20), text(20), lines(), parameters(), vec((any::<[u16; 4]>(), flag(), text(20), proptest::option::of(text(9)), nesting(), shape(), vec(text(9), 0..3)), 0..4)), 0..5)
    ) {
        let mut table = TableHeader { count: functions.iter().map(|(.., sites)| sites.len()).sum() }.to_string();
        let (mut id, mut expected) = (0, Vec::new());
        for (name, file, lines, parameters, sites) in &functions {
            table += &Range { first: id, count: sites.len() }.to_string();
            table += "module";
            let line = FunctionLine { name, file, lines: *lines, parameters: &parameters.join(","), test: None }.to_string();
            prop_assert_eq!(decode_lines(line.trim_end().as_bytes()), *lines);
            let names: Vec<_> = decode_parameters(line.trim_end().as_bytes()).collect();
            prop_assert_eq!(names, parameters.iter().map(|name| name.as_bytes()).collect::<Vec<_>>());
            table += &line;
            for (numbers, macro_flag, snippet, other_file, nesting, kinds, patterns) in sites {
                let [line, col, closures, further] = numbers.map(usize::from);
                let (other_file, macro_flag, nesting) = (other_file.as_deref(), *macro_flag, *nesting);
                let (further, shape) = (further as u64, kinds.iter().map(|kind| kind.map_or(TRY, BlockKind::letter)).collect::<String>());
                let texts: Vec<_> = patterns.iter().map(String::as_str).collect();
                let site = SiteLine { line, col, macro_flag, closures, further, nesting, shape: &shape, snippet, patterns: &texts, other_file };
                let site = site.to_string();
                let shape = decode_shape(site.as_bytes());
                prop_assert_eq!(shape.blocks().collect::<Vec<_>>(), kinds.iter().flatten().copied().collect::<Vec<_>>());
                prop_assert_eq!(shape.tries(), kinds.iter().filter(|kind| kind.is_none()).count());
                prop_assert_eq!(decode_further(site.as_bytes()), further);
                prop_assert_eq!(decode_nesting(site.as_bytes()), nesting);
                let read: Vec<_> = decode_patterns(site.trim_end_matches('\n').as_bytes()).map(<[u8]>::to_vec).collect();
                prop_assert_eq!(read, patterns.iter().map(|pattern| escaped(pattern).into_bytes()).collect::<Vec<_>>());
                table += &site;
                let file = other_file.unwrap_or(file);
                let numbers = [line, col, closures].map(|number| number as u64);
                expected.push((id, escaped(file), numbers, escaped(name), macro_flag, escaped(snippet)));
                id += 1;
            }
        }
        let mut read = Vec::new();
        let outcome = decode_table(table.as_bytes(), |id, site, _| {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            assert_eq!(site.module, b"module");
            let numbers = [site.line, site.col, site.closures];
            read.push((id as usize, text(site.file), numbers, text(site.name), site.macro_flag, text(site.snippet)));
        });
        prop_assert_eq!(outcome, Ok(()));
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn any_bytes_after_its_magic_are_a_last_file(bytes in vec(any::<u8>(), 0..600)) {
        let mut file = [last::MAGIC.to_ne_bytes().as_slice(), &last::VERSION.to_ne_bytes(), &bytes].concat();
        let slots = last::decode(&file).map(|(_, slots)| slots.count());
        prop_assert_eq!(slots.is_ok(), file.len() >= last::SLOT_SIZE);
        prop_assert!(slots.unwrap_or(0) < file.len().div_ceil(last::SLOT_SIZE).max(1));
        file[0] ^= 1;
        prop_assert!(last::decode(&file).is_err());
    }
}

#[test]
fn a_cut_site_is_not_given() {
    let table = b"# instr-sites v1 count=2\n@0 2\nm f file.rs\n1 1 n a\n2 1 n bc";
    let mut ids = Vec::new();
    assert_eq!(decode_table(table, |id, _, _| ids.push(id)), Err(BadTable::Line(5)));
    assert_eq!(ids, [0]);
}

#[test]
fn only_expansions_have_a_place_of_invocation() {
    let origin = Origin { line: 3, col: 5, file: "src/a b.rs" };
    let table = format!("# instr-sites v2 count=2\n@0 2\nm f file.rs{origin}\n1 1 n a\n2 1 e b\n");
    let mut places = Vec::new();
    assert_eq!(decode_table(table.as_bytes(), |_, site, function| places.push(function.invocation(&site))), Ok(()));
    assert_eq!(places, [None, Some(Place { file: b"src/a\\sb.rs", line: 3, col: 5 })]);
}

#[test]
fn a_broken_place_of_invocation_is_damage() {
    for end in [" 3", " 3 5", " 3 x src/a.rs", " 3 5 src/a.rs more"] {
        let table = format!("# instr-sites v2 count=1\n@0 1\nm f file.rs{end}\n1 1 n a\n");
        assert_eq!(decode_table(table.as_bytes(), |_, _, _| {}), Err(BadTable::Line(3)), "{end}");
    }
}

#[test]
fn versions_1_and_2_are_still_read() {
    let origin = Some(Place { file: b"at.rs", line: 8, col: 9 });
    for (version, end, origin) in [(1, "", None), (2, " 8 9 at.rs", origin)] {
        let table = format!("# instr-sites v{version} count=2\n@0 2\nm f file.rs{end}\n1 1 n a\n2 1 e=other.rs b\n");
        let mut read = Vec::new();
        let each = |_, site: SiteText<'_>, function: &Function<'_>| {
            assert_eq!((function.test, site.closures), (None, 0));
            read.push((site.file.to_vec(), function.invocation(&site).map(|place| (place.line, place.col))));
        };
        assert_eq!(decode_table(table.as_bytes(), each), Ok(()));
        assert_eq!(read, [(b"file.rs".to_vec(), None), (b"other.rs".to_vec(), origin.map(|at| (at.line, at.col)))]);
    }
}

#[test]
fn tests_are_told_apart_and_a_macro_may_make_them() {
    let text = "a = \"b\" should_panic";
    let tests = [None, Some(Test::Returns), Some(Test::Panics), Some(Test::PanicsWith(text.as_bytes()))];
    let variants = tests.into_iter().flat_map(|test| ["", " 3 5 src/a.rs"].map(|origin| (test, origin)));
    for ((test, origin), parameters) in variants.flat_map(|variant| ["", "a,b"].map(|parameters| (variant, parameters)))
    {
        let lines = test.map(|_| Lines { first: 7, further: 2 });
        let function = FunctionLine { name: "f", file: "file.rs", lines, parameters, test }.to_string();
        let function = function.trim_end_matches('\n');
        let table = format!("# instr-sites v6 count=1\n@0 1\nm{function}{origin}\n1 1 e2 a\n");
        let escaped = escaped(text);
        let expected = match test {
            Some(Test::PanicsWith(_)) => Some(Test::PanicsWith(escaped.as_bytes())),
            other => other,
        };
        let mut read = Vec::new();
        let each = |_, site: SiteText<'_>, function: &Function<'_>| {
            assert_eq!((function.test, function.file, site.closures), (expected, b"file.rs".as_slice(), 2));
            read.push(function.invocation(&site).is_some());
        };
        assert_eq!(decode_table(table.as_bytes(), each), Ok(()), "{table}");
        assert_eq!(read, [!origin.is_empty()]);
    }
}

#[test]
fn a_broken_flag_or_test_is_damage() {
    for (test, flag) in
        [("", "nx"), ("", "n1x"), ("", "n-1"), (" tes", "n"), (" should_panics", "n"), (" test test", "n")]
    {
        let table = format!("# instr-sites v3 count=1\n@0 1\nm f file.rs{test}\n1 1 {flag} a\n");
        assert!(decode_table(table.as_bytes(), |_, _, _| {}).is_err(), "{table}");
    }
}

#[test]
fn ids_beyond_their_type_are_broken() {
    let table = b"# instr-sites v1 count=2\n@4294967295 2\nm f file.rs\n1 1 n a\n2 1 n b\n";
    let mut ids = Vec::<u32>::new();
    assert_eq!(decode_table(table, |id, _, _| ids.push(id)), Err(BadTable::Line(2)));
    assert!(ids.is_empty(), "{ids:?}");
}

#[test]
fn other_versions_are_told_apart_from_other_files() {
    assert_eq!(decode_table(b"# instr-sites v9 x\n", |_, _, _| {}), Err(BadTable::Version(9)));
    assert_eq!(decode_table(b"", |_, _, _| {}), Err(BadTable::NotATable));
}
