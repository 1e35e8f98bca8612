//! Says whether vector registers hold what they held after a thread has entered its first function, where they can be wide.

use std::hint::black_box;

use instr_runtime::instrument_source;

/// Inlined, with its probes, into code that the compiler has put values into vector registers for.
#[instrument_source]
#[inline(always)]
fn inlined(number: u64) -> u64 {
    number.wrapping_mul(3)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
fn sum_around(values: &[[f32; 8]; 4]) -> (f32, u64) {
    use std::arch::x86_64::{_mm256_add_ps, _mm256_loadu_ps, _mm256_storeu_ps};
    let mut sum = [0.0_f32; 8];
    // SAFETY: eight numbers each.
    let number = unsafe {
        let [first, second, third, fourth] = [0, 1, 2, 3].map(|at| _mm256_loadu_ps(values[at].as_ptr()));
        let number = inlined(7);
        let all = _mm256_add_ps(_mm256_add_ps(first, second), _mm256_add_ps(third, fourth));
        _mm256_storeu_ps(sum.as_mut_ptr(), all);
        number
    };
    (sum.iter().sum(), number)
}

#[cfg(target_arch = "x86_64")]
fn main() {
    if !std::is_x86_feature_detected!("avx") {
        return println!("no avx");
    }
    let values = black_box([[1.0; 8], [2.0; 8], [4.0; 8], [8.0; 8]]);
    let sums = (0..8).map(|_| {
        // SAFETY: there is AVX.
        std::thread::spawn(move || unsafe { sum_around(black_box(&values)) }).join().expect("it ends")
    });
    println!("{:?}", sums.collect::<Vec<_>>());
}

#[cfg(not(target_arch = "x86_64"))]
fn main() {
    println!("no avx");
}
