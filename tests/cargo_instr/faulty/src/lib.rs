fn unused_first(parameter: u8) -> u32 {
    let unused = 1;
    2
}

use std::collections::HashMap;
fn unused_second() { let mut never_changed = 1; drop(never_changed); }

static LIMIT: u32 = 1; fn unused_third(
    long_parameter: u8,
) {
    let unused = 3;
}

mod inner { pub fn unused_fourth() {
        let ünused = "ö"; let other = 4;
    }
}

/// Doc.
pub fn documented() {} pub fn behind(unused: u8) {
    loop {}
    println!("unreachable");
}

macro_rules! make {
    ($name:ident) => {
        fn $name() {
            let made = 1;
        }
    };
}
make!(unused_made);

pub struct Public; impl Public { fn unused_method(&self) {
        let local = 5;
    }
}

#[must_use]
pub fn important() -> u32 {
    7
}

pub fn careless() {
    important();
    if (true) {
        important();
    }
}

#[deprecated(note = "old")]
pub fn old() {}

pub trait Trait { fn provided(&self) { let in_trait = 1;
    }
}

pub fn both(
    one: &mut u8, two: u8) { let x = 1;
    old();
}
