//! A ledger checks after every posting that no money appears or disappears. A fee is forgotten.

use instr_runtime::instrument_source;

const CUSTOMER: usize = 0;
const SHOP: usize = 1;
const BANK: usize = 2;

#[derive(Default)]
struct Ledger {
    balances: [i64; 3],
}

#[instrument_source]
impl Ledger {
    fn post(&mut self, from: usize, to: usize, cents: i64) {
        self.balances[from] -= cents;
        self.balances[to] += cents;
        self.check();
    }

    fn refund(&mut self, cents: i64) {
        let fee = cents / 100;
        self.balances[SHOP] -= cents;
        self.balances[CUSTOMER] += cents - fee;
        self.check();
    }

    fn check(&self) {
        let total: i64 = self.balances.iter().sum();
        if total != 0 {
            eprintln!("the ledger is off by {total} cents");
            std::process::abort();
        }
    }
}

#[instrument_source]
fn main() {
    let mut ledger = Ledger::default();
    for day in 1..=30 {
        ledger.post(CUSTOMER, SHOP, 100 * day);
        ledger.post(SHOP, BANK, day);
        if day == 12 {
            ledger.refund(450);
        }
    }
    println!("{:?}", ledger.balances);
}
