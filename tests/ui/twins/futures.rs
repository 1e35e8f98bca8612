//! Futures that are not `Send`, are not awaited, or never end.

use std::rc::Rc;

fn send<T: Send>(_: T) {}

async fn one() -> u32 {
    1
}

async fn forever() -> std::convert::Infallible {
    loop {}
}

async fn holds_rc() -> u32 {
    let rc = Rc::new(1);
    one().await + *rc
}

async fn forgotten() {
    one();
    let closure = async |n: u32| n + one().await;
    closure(1);
}

async fn after_the_end(flag: bool) -> u32 {
    if flag {
        match forever().await {}
    }
    let n: String = one().await;
    drop(n);
    1
}

async fn never() -> ! {
    loop {}
}

async fn last_in_an_arm(flag: bool) -> u32 {
    let closure = async || never().await;
    match flag {
        true => never().await,
        false => closure().await,
    }
}

async fn bound() {
    let _never = never().await;
}

fn main() {
    send(holds_rc());
    let block = async {
        let rc = Rc::new(1);
        one().await;
        rc
    };
    send(block);
    forgotten();
}
