//! Functions that `macro_rules` makes mean what they meant: groups that cannot be seen keep what they hold together.

use std::fmt::Debug;

macro_rules! product {
    ($name:ident, $a:expr, $b:expr) => {
        #[cfg_attr(feature = "instr", instr_runtime::instrument_source)]
        fn $name() -> Vec<i32> {
            let product = $a * $b;
            let negative = -$a;
            let cast = $a as i64 as i32;
            let list = vec![$a * $b, -$b];
            let not = !($a > $b && $b > 1);
            let text = [stringify!($a), stringify!($a * $b)].concat();
            let mut sum = { $b } + if $a > 2 { $a } else { $b } * $a;
            sum -= $b;
            vec![product, negative, cast, list[0], list[1], not as i32, text.len() as i32, sum, $a.pow(2), $b % $a]
        }
    };
}

product!(sums, 1i32 + 2, 3 + 4);
product!(negatives, -3i32, -2);
product!(methods, "abc".len() as i32, [1, 2].len() as i32);

macro_rules! typed {
    ($name:ident, $t:ty, $bound:ident, $l:literal, $low:literal, $p:pat, $body:block) => {
        #[cfg_attr(feature = "instr", instr_runtime::instrument_source)]
        fn $name<T: $bound>(value: &$t, number: i32, other: T) -> String {
            let text = format!("{:?} {:?}", value, other);
            let kind = match number {
                $l => "literal",
                $low..=-1 => "range",
                $p => "pattern",
                _ => "other",
            };
            let extra: String = $body;
            assert!(number < 100 * $l * -1, "message");
            text + kind + &extra + stringify!($t) + &(($l) as i8).to_string()
        }
    };
}

typed!(dynamic, dyn std::fmt::Debug + Send, Debug, -3, -10, 1..=2, { let x = 1; x.to_string() });

macro_rules! count {
    () => { 0 };
    ($first:tt $($rest:tt)*) => { 1 + count!($($rest)*) };
}

macro_rules! forwarded {
    ($name:ident, $e:expr, $s:stmt, $v:vis, $l:lifetime) => {
        #[cfg_attr(feature = "instr", instr_runtime::instrument_source)]
        $v fn $name<$l>(text: &$l str) -> (u32, &$l str) {
            $s
            let tokens = count!($e) + count!(a b c);
            $l: loop {
                if tokens > 1 { break $l }
            }
            (tokens + $e, text)
        }
    };
}

forwarded!(forward, 1 + 2, let _x = 1 + 1, pub(crate), 'a);

macro_rules! methods {
    ($t:ident { $($name:ident: $e:expr),* }) => {
        #[cfg_attr(feature = "instr", instr_runtime::instrument_source)]
        impl $t {
            $(fn $name(&self, x: i32) -> i32 { let y = $e; (|z: i32| z * $e + self.0)(x) * y })*
        }
    };
}

struct Number(i32);

methods!(Number { one: 1 + 1, two: if true { 2 } else { 3 } });

macro_rules! asserted {
    ($a:expr, $b:expr) => {
        #[cfg_attr(feature = "instr", instr_runtime::instrument_source)]
        fn asserted() {
            let c = $a + $b;
            assert!($a == $b * c);
        }
    };
}

asserted!(1 + 2, 3);

pub fn main() {
    println!("{:?} {:?} {:?}", sums(), negatives(), methods());
    for number in &[-3, -5, 1, 2, 7] {
        println!("{}", dynamic(&Some(1), *number, "other"));
    }
    println!("{:?} {} {}", forward("text"), Number(1).one(2), Number(1).two(2));
    asserted();
}
