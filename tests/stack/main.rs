//! Deep recursions of several kinds. `argv` is one of them and its depth.

use std::hint::black_box;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().expect("a kind");
    let depth: u64 = arguments.next().expect("a depth").parse().expect("a number");
    let result = match &*kind {
        "per-level" => {
            let mut here = 0_u8;
            let top = &raw mut here as u64;
            (top - level(depth, 0)) / depth
        }
        "stack" => u64::from(down(depth as u32)),
        "function" => sum(depth, 0),
        "return" => early(depth, 0),
        "nested" => nested(depth),
        "associated" => Machine::sum(depth, 0),
        "method" => Machine { left: depth, sum: 0 }.run(),
        "by-value" => Machine { left: depth, sum: 0 }.consume(1),
        "unsafe" => unsafe { pointed(&depth, 0) },
        _ => panic!("no such kind"),
    };
    println!("{result}");
}

/// Address of a local of the last of `n` levels.
fn level(n: u64, mut local: u8) -> u64 {
    let address = black_box(&raw mut local) as u64;
    if n == 0 {
        return address;
    }
    let below = level(n - 1, local.wrapping_add(1));
    below.min(address)
}

fn down(n: u32) -> u32 {
    if n == 0 {
        return 0;
    }
    let below = down(n - 1);
    below + 1
}

fn sum(n: u64, total: u64) -> u64 {
    if n == 0 { total } else { sum(n - 1, total.rotate_left(5) ^ n) }
}

fn early(n: u64, total: u64) -> u64 {
    if n == 0 {
        return total;
    }
    if n % 2 == 0 {
        return early(n - 1, total.rotate_left(5) + 1);
    }
    early(n - 1, total.rotate_left(5) + 2)
}

fn nested(n: u64) -> u64 {
    fn go(n: u64, total: u64) -> u64 {
        match n {
            0 => total,
            n => go(n - 1, total.rotate_left(5) ^ n),
        }
    }
    go(n, 0)
}

struct Machine {
    left: u64,
    sum: u64,
}

impl Machine {
    fn sum(n: u64, total: u64) -> u64 {
        if n == 0 {
            return total;
        }
        let total = total.rotate_left(5) ^ n;
        Self::sum(n - 1, total)
    }

    fn run(&mut self) -> u64 {
        if self.left == 0 {
            return self.sum;
        }
        self.left -= 1;
        self.sum = self.sum.rotate_left(5) + 1;
        self.run()
    }

    fn consume(mut self, step: u64) -> u64 {
        if self.left == 0 {
            return self.sum;
        }
        self.left -= 1;
        self.sum = self.sum.rotate_left(5) + step;
        self.consume(step)
    }
}

unsafe fn pointed(n: *const u64, total: u64) -> u64 {
    let n = unsafe { *n };
    if n == 0 {
        return total;
    }
    let next = n - 1;
    unsafe { counted(next, total) }
}

unsafe fn counted(n: u64, total: u64) -> u64 {
    if n == 0 {
        return total;
    }
    unsafe { counted(n - 1, total.rotate_left(5) ^ n) }
}
