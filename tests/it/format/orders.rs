//! Orders, what a process records, and commands: what is written is what is read, and no bytes are too many or too few.

use instr_analyze::model::focus::{CHANGEABLE, Focus};
use instr_analyze::run::command::Command;
use instr_format::control::Order;
use instr_format::names::SCHEMA_VERSION;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::text;

fn file(order: &Order<'_>) -> Vec<u8> {
    [&order.head()[..], order.threads.as_bytes(), order.settings.as_bytes(), order.sites].concat()
}

proptest! {
    #[test]
    fn row_79_orders_come_back_and_cut_ones_are_none(
        number: u64, sink in select(vec!["write", "ring", "stack", "count", ""]), rate: u32, threads in text(20),
        settings in text(40), sites in vec(0_u8..2, 0..60), cut in 0_usize..100,
    ) {
        let order = Order { number, sink, rate, threads: &threads, settings: &settings, sites: &sites };
        let file = file(&order);
        prop_assert_eq!(Order::decode(&file), Some(order));
        let cut = file.get(..cut.min(file.len() - 1)).unwrap_or_default();
        prop_assert_eq!(Order::decode(cut), None);
    }

    #[test]
    fn row_79_any_bytes_behind_the_head_of_an_order_are_survived(
        bytes in vec(any::<u8>(), 0..200), at in 0_usize..48, byte: u8,
    ) {
        let order = Order { number: 1, sink: "ring", rate: 1, threads: "", settings: "INSTR_RATE=2\n", sites: &[1] };
        let mut file = file(&order);
        file[at] = byte;
        file.extend(&bytes);
        if let Some(order) = Order::decode(&file) {
            prop_assert!(order.sites.len() <= file.len());
            let _ = Focus::read(order.settings).rate();
        }
        let _ = Order::decode(&bytes);
    }

    #[test]
    fn row_79_what_a_process_records_comes_back(values in vec(text(20), CHANGEABLE.len())) {
        let mut focus = Focus::default();
        for (name, value) in CHANGEABLE.iter().zip(&values) {
            // A value ends with its line.
            focus.set(name, &value.replace(['\n', '\r'], " "));
        }
        prop_assert_eq!(Focus::read(&focus.lines()), focus);
    }

    #[test]
    fn row_79_commands_come_back(arguments in vec(text(20), 0..4), status: Option<i32>, signal in text(9), pid: Option<u32>) {
        let directory = tempfile::tempdir().unwrap();
        let command = Command {
            schema_version: SCHEMA_VERSION, arguments, status, signal: Some(signal), pid, start_unix_ns: u64::MAX,
            ..Command::default()
        };
        std::fs::write(directory.path().join("command.json"), serde_json::to_vec(&command).unwrap()).unwrap();
        prop_assert_eq!(Command::read(directory.path()).unwrap(), command);
    }
}
