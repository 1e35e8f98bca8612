//! `control` writes to the files of a run, and to nothing that lies in their place.

use std::fs;
use std::os::unix::fs::symlink;

use instr_format::files::{CONTROL_PART, LAST};
use instr_tests::fake_run::{FakeRun, FakeSlot, START_NS};
use instr_tests::fake_stack::FakeStack;
use instr_tests::mapped::Mapped;

use super::{MEMORY, within};

#[test]
fn row_75_an_order_is_not_written_where_links_lead() {
    for planted in [CONTROL_PART, LAST, "link.stack"] {
        let home = tempfile::tempdir().unwrap();
        let run = FakeRun::new(home.path(), "demo-1");
        let own = u64::from(std::process::id());
        run.json(own, START_NS, home.path(), &[]);
        run.last(None, &[FakeSlot::inside(own, b"demo", 0)]);
        run.stacks(&[FakeStack::new(own, [0, 1])]);
        let (precious, path) = (home.path().join("precious"), run.dir.join(planted.replace("link", "7")));
        if planted == CONTROL_PART {
            fs::write(&precious, "precious").unwrap();
        } else {
            fs::rename(if planted == LAST { path.clone() } else { run.dir.join(format!("{own}.stack")) }, &precious)
                .unwrap();
        }
        symlink(&precious, &path).unwrap();
        let before = fs::read(&precious).unwrap();
        // So this process counts as the one of the run.
        let _mapped = Mapped::new(&run.dir.join(LAST));
        let control = within(MEMORY, &["control", "--rate", "2"], &run.dir);
        assert_eq!(fs::read(&precious).unwrap(), before, "{planted}: {control:?}");
        assert_eq!(control.code, if planted == "link.stack" { 0 } else { 2 }, "{planted}: {control:?}");
    }
}
