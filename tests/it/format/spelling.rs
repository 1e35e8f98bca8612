//! What a misspelt name was meant to be.

use instr_format::names::VARIABLES;
use instr_format::spelling::closest;
use proptest::prelude::*;

#[test]
fn every_variable_is_the_closest_to_itself_and_to_itself_with_a_slip() {
    for variable in VARIABLES.map(|variable| variable.name) {
        let names = || VARIABLES.iter().map(|variable| variable.name);
        let mut exchanged = variable.to_owned().into_bytes();
        exchanged.swap(variable.len() - 1, variable.len() - 2);
        let exchanged = String::from_utf8(exchanged).expect("ASCII");
        let slips = [variable, &variable[..variable.len() - 1], &variable[1..], &format!("{variable}_"), &exchanged];
        for slip in slips {
            assert_eq!(closest(slip, names()), Some(variable), "{slip}");
        }
    }
    assert_eq!(closest("NOTHING_LIKE_IT", ["SINK", "OUTPUT_DIR"]), None);
    assert_eq!(closest("", ["SINK"]), None);
}

proptest! {
    #[test]
    fn no_name_makes_it_panic(one in any::<String>(), other in any::<String>()) {
        closest(&one, [other.as_str(), "SINK"]);
        prop_assert_eq!(closest(&one, [one.as_str()]).is_some(), true);
    }
}
