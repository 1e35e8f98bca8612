//! Foreign calling conventions, unsafe code and unions.

use std::os::raw::{c_int, c_void};

unsafe extern "C" {
    fn qsort(base: *mut c_void, count: usize, size: usize, compare: extern "C" fn(*const c_void, *const c_void) -> c_int);
}

extern "C" fn descending(left: *const c_void, right: *const c_void) -> c_int {
    let (left, right) = unsafe { (*(left as *const i32), *(right as *const i32)) };
    if left < right { 1 } else if left > right { -1 } else { 0 }
}

#[unsafe(no_mangle)]
pub extern "C" fn transparency_exported(n: c_int) -> c_int {
    let doubled = n * 2;
    doubled
}

unsafe fn write(to: *mut u32, n: u32) -> u32 {
    let old = unsafe { *to };
    unsafe { *to = n };
    old
}

#[repr(C)]
union Bits {
    float: f32,
    int: u32,
}

#[inline(always)]
fn bits(float: f32) -> u32 {
    let bits = Bits { float: float };
    unsafe {
        match bits {
            Bits { int: 0 } => 0,
            _ => bits.int,
        }
    }
}

#[inline(never)]
#[must_use]
#[cold]
fn raw(values: &mut [u32]) -> u32 {
    let pointer = values.as_mut_ptr();
    let mut sum = 0;
    for i in 0..values.len() {
        sum += unsafe { *pointer.add(i) } + unsafe { let old = write(pointer.add(i), 1); old };
    }
    sum
}

#[target_feature(enable = "sse2")]
unsafe fn featured(a: u32) -> u32 {
    let b = a + 1;
    b
}

fn pointers() -> usize {
    let functions: [unsafe extern "C" fn(c_int) -> c_int; 1] = [transparency_exported];
    functions.iter().map(|f| unsafe { f({ 21 }) } as usize).sum()
}

pub fn main() {
    let mut numbers = [3, 1, 2];
    unsafe { qsort(numbers.as_mut_ptr() as *mut c_void, numbers.len(), 4, descending) };
    println!("{:?} {} {}", numbers, bits(1.5), raw(&mut [1, 2, 3]));
    println!("{} {} {}", pointers(), transparency_exported(4), unsafe { featured(1) });
}
