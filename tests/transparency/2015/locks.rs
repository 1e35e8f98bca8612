//! Lock guards in headers are held as long as before.

use std::cell::RefCell;
use std::sync::Mutex;

fn state<T>(lock: &Mutex<T>) -> &'static str {
    if lock.try_lock().is_ok() { "free" } else { "held" }
}

fn headers(lock: &Mutex<Vec<u32>>) {
    match lock.lock().unwrap().len() {
        _ => println!("match: {}", state(lock)),
    }
    match lock.lock().unwrap().first() {
        Some(first) => println!("match {}: {}", first, state(lock)),
        None => {}
    }
    if let Some(first) = lock.lock().unwrap().first() {
        println!("if let {}: {}", first, state(lock));
    }
    if let Some(_) = lock.lock().unwrap().get(100) {
    } else {
        println!("else: {}", state(lock));
    }
    if lock.lock().unwrap().len() > 1 {
        println!("if: {}", state(lock));
    }
    while let Some(last) = lock.lock().unwrap().pop() {
        println!("while let {}: {}", last, state(lock));
    }
    println!("after: {}", state(lock));
}

fn popped(lock: &Mutex<Vec<u32>>) {
    loop {
        let last = lock.lock().unwrap().pop();
        match last {
            Some(last) => println!("loop {}: {}", last, state(lock)),
            None => break,
        }
    }
}

fn held(lock: &Mutex<Vec<u32>>) -> usize {
    let guard = lock.lock().unwrap();
    println!("let: {}", state(lock));
    guard.len()
}

fn cell(cell: &RefCell<Vec<u32>>) -> usize {
    for n in cell.borrow().iter() {
        println!("for {}: {}", n, cell.try_borrow_mut().is_err());
    }
    let len = { cell.borrow().len() } + if cell.try_borrow_mut().is_ok() { 10 } else { 0 };
    len
}

pub fn main() {
    headers(&Mutex::new(vec![1, 2, 3]));
    popped(&Mutex::new(vec![1, 2]));
    println!("{}", held(&Mutex::new(vec![1, 2])));
    println!("{}", cell(&RefCell::new(vec![1, 2])));
}
