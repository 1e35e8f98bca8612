//! Records and the first lines of logs.

use instr_format::names::MacroFlag;
use instr_format::text::{
    BadHeader, LINE_MAX, LogHeader, Moment, SiteText, decode_header, decode_record, encode_header, encode_record,
};
use proptest::prelude::*;

use super::{escaped, flag, text, unescaped};

fn moment() -> impl Strategy<Value = Moment> {
    any::<[u64; 5]>().prop_map(|[pid, tid, seq, unix_ns, elapsed_ns]| Moment { pid, tid, seq, unix_ns, elapsed_ns })
}

proptest! {
    #[test]
    fn row_66_records_come_back_and_their_ends_are_kept(
        moment in moment(), line in any::<u64>(), col in any::<u64>(), macro_flag in flag(),
        file in text(500), module in text(300), name in text(300), snippet in text(300), closures in any::<u64>(),
    ) {
        let [file, module, name, snippet] = [&file, &module, &name, &snippet].map(|text| escaped(text));
        let site = SiteText {
            file: file.as_bytes(), line, col, module: module.as_bytes(), name: name.as_bytes(), closures, macro_flag,
            snippet: snippet.as_bytes(),
        };
        let mut buffer = [0; LINE_MAX];
        let len = encode_record(&mut buffer, &moment, &site);
        let (newline, text) = buffer[..len].split_last().unwrap();
        prop_assert_eq!((*newline, text.contains(&b'\n')), (b'\n', false));
        let record = decode_record(text).expect("a record");
        prop_assert_eq!(record.moment, moment);
        let read = record.site;
        prop_assert_eq!((read.line, read.col, read.macro_flag), (line, col, macro_flag));
        let suffix = "::{{closure}}".repeat(closures.min(8) as usize);
        let path = if module.is_empty() { name.clone() } else { format!("{module}::{name}") } + &suffix;
        prop_assert!(file.as_bytes().ends_with(read.file) && snippet.as_bytes().starts_with(read.snippet));
        prop_assert!(path.len() > 512 || path.as_bytes() == read.name);
        prop_assert!(read.name.len() <= 512 && read.name.ends_with(suffix.as_bytes()));
        prop_assert!(file.len() > 768 || file.as_bytes() == read.file);
        prop_assert!(snippet.len() > 512 || snippet.as_bytes() == read.snippet);
        // Nothing that was cut ends, or begins, within an escape or a character.
        for (cut, whole) in [(read.file, &file), (read.snippet, &snippet)] {
            prop_assert!(std::str::from_utf8(cut).is_ok());
            let (cut, whole) = (unescaped(cut), unescaped(whole.as_bytes()));
            prop_assert!(whole.starts_with(&cut) || whole.ends_with(&cut));
        }
        unescaped(read.name);
    }

    #[test]
    fn every_cut_before_the_snippet_is_refused(moment in moment(), cut in 0_usize..400) {
        let site = SiteText {
            file: b"f", line: 1, col: 2, module: b"m", name: b"n", closures: 1, macro_flag: MacroFlag::None,
            snippet: b"snip",
        };
        let mut buffer = [0; LINE_MAX];
        let line = encode_record(&mut buffer, &moment, &site) - 1;
        let cut = cut.min(line);
        // The newline is what tells a whole snippet from a cut one.
        prop_assert_eq!(decode_record(&buffer[..cut]).is_some(), cut >= line - "snip".len());
    }

    #[test]
    fn damaged_records_change_where_they_are_damaged(at in 0_usize..150, byte in any::<u8>()) {
        let moment = Moment { pid: 7, tid: 8, seq: 9, unix_ns: 1, elapsed_ns: 2 };
        let site = SiteText {
            file: b"f", line: 1, col: 2, module: b"m", name: b"n", closures: 1, macro_flag: MacroFlag::None,
            snippet: b"snip",
        };
        let mut buffer = [0; LINE_MAX];
        let len = encode_record(&mut buffer, &moment, &site) - 1;
        let whole = buffer;
        buffer[at.min(len - 1)] = byte;
        let read = decode_record(&buffer[..len]);
        prop_assert_eq!(read == decode_record(&whole[..len]), buffer == whole, "{:?}", read);
    }

    #[test]
    fn headers_come_back([pid, tid, reuse, segment] in any::<[u64; 4]>(), name in text(200)) {
        let name = escaped(&name);
        let mut buffer = [0; LINE_MAX];
        let len = encode_header(&mut buffer, &LogHeader { pid, tid, reuse, segment, name: name.as_bytes() });
        let header = decode_header(&buffer[..len - 1]).expect("a header");
        prop_assert_eq!((header.pid, header.tid, header.reuse, header.segment), (pid, tid, reuse, segment));
        prop_assert!(name.as_bytes().starts_with(header.name) && (name.len() > 512 || header.name == name.as_bytes()));
        unescaped(header.name);
    }
}

#[test]
fn the_longest_record_fits() {
    let moment = Moment { pid: u64::MAX, tid: u64::MAX, seq: u64::MAX, unix_ns: u64::MAX, elapsed_ns: u64::MAX };
    let long = vec![b'x'; 5000];
    let (line, col, macro_flag) = (u64::MAX, u64::MAX, MacroFlag::Invocation);
    let text =
        SiteText { file: &long, line, col, module: &long, name: &long[..9], closures: 0, macro_flag, snippet: &long };
    for closures in [0, 1, u64::MAX] {
        let mut buffer = [0; LINE_MAX];
        let len = encode_record(&mut buffer, &moment, &SiteText { closures, ..text });
        let record = decode_record(&buffer[..len - 1]).expect("a record");
        assert_eq!((record.moment, record.site.file.len(), record.site.name.len()), (moment, 768, 512));
        assert_eq!((record.site.snippet.len(), record.site.line), (512, u64::MAX));
    }
}

#[test]
fn other_versions_are_told_apart_from_other_files() {
    assert_eq!(decode_header(b"# instr-log v2 whatever"), Err(BadHeader::Version(2)));
    assert_eq!(decode_header(b"# instr-log v"), Err(BadHeader::NotALog));
    assert_eq!(decode_header(b""), Err(BadHeader::NotALog));
}
