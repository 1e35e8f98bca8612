//! Futures in more shapes: what they hold and for how long, how large they are, and how they are combined.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Future, IntoFuture, ready};
use std::mem::size_of_val;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use crate::noisy::Noisy;

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

async fn pause() {
    let mut first = true;
    std::future::poll_fn(|context| {
        if std::mem::take(&mut first) { context.waker().wake_by_ref(); Poll::Pending } else { Poll::Ready(()) }
    })
    .await
}

async fn after_pause<T>(value: T) -> T {
    pause().await;
    value
}

async fn arguments(first: Noisy, _: Noisy, mut third: Noisy) -> usize {
    let local = Noisy::new("local");
    pause().await;
    println!("{}", third.0);
    third = after_pause({ Noisy::new("assigned") }).await;
    first.len() + { after_pause(local).await }.len() + third.len()
}

async fn temporaries(flag: bool) -> usize {
    let n = after_pause(Noisy::new("receiver")).await.len() + after_pause(&Noisy::new("argument")).await.len();
    let sum = match after_pause(Noisy::new("scrutinee")).await.len() { len if { after_pause(flag).await_ready() } => n + len, _ => n }
        + if after_pause(flag).await && { after_pause(true).await } { after_pause(1).await } else { 2 }
        + { let inner = Noisy::new("inner"); after_pause(inner.len()).await }
        + [after_pause(1).await, { after_pause(2).await }][after_pause(1).await]
        + (after_pause(1).await, { after_pause((3, 4)).await }).1.0;
    n + sum
}

trait AwaitReady {
    fn await_ready(self) -> bool;
}

impl<F: Future<Output = bool>> AwaitReady for F {
    fn await_ready(self) -> bool {
        block_on(self)
    }
}

async fn tries(n: u32) -> Result<u32, String> {
    let checked = async |ok: bool| if ok { Ok(n) } else { Err(format!("{}", n)) };
    let a = checked(n > 0).await? + { checked(n > 1).await? } + (checked(n > 2).await)?;
    let block = async { let b = checked(n > 3).await?; Ok::<u32, String>(b + { a }) };
    Ok(block.await? + after_pause(checked(n > 4)).await.await?)
}

async fn loops(queue: &RefCell<VecDeque<Noisy>>) -> usize {
    let mut sum = 0;
    while let Some(noisy) = after_pause(queue.borrow_mut().pop_front()).await {
        if noisy.0 == "skipped" { continue }
        sum += noisy.len() + { after_pause(1).await };
    }
    for i in 0..after_pause(3).await {
        if i == after_pause(1).await { continue }
        sum += i;
    }
    'outer: loop {
        loop {
            pause().await;
            if { after_pause(sum).await } > 3 { break 'outer }
            sum += 1;
        }
    }
    sum
}

fn returns_block<'a>(name: &'a str, rc: Rc<()>) -> impl Future<Output = usize> + 'a {
    let len = name.len();
    async move {
        let strong = Rc::strong_count(&rc);
        pause().await;
        len + strong + { name.len() }
    }
}

struct Twice(u32);

impl IntoFuture for Twice {
    type Output = u32;
    type IntoFuture = Pin<Box<dyn Future<Output = u32>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { after_pause(self.0).await * { 2 } })
    }
}

struct Task {
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    queue: Mutex<Vec<Arc<Task>>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        println!("woken");
        let clone = self.clone();
        self.queue.lock().unwrap().push(clone);
    }
}

fn spawned() {
    let task = Arc::new(Task { future: Mutex::new(None), queue: Mutex::new(Vec::new()) });
    let text = String::from("spawned");
    *task.future.lock().unwrap() = Some(Box::pin(async move {
        let mutex = Mutex::new(1);
        let n = { let n = *mutex.lock().unwrap(); n } + after_pause(1).await;
        println!("{} {}", text, n);
    }));
    task.clone().wake();
    while let Some(next) = { let mut queue = task.queue.lock().unwrap(); queue.pop() } {
        let waker = Waker::from(next.clone());
        let mut slot = next.future.lock().unwrap();
        if let Some(mut future) = slot.take() {
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() { *slot = Some(future); }
        }
    }
}

fn send<T: Send>(value: T) -> T { value }
fn sync<T: Sync>(value: T) -> T { value }

async fn held(name: &str) -> usize {
    let pair = (Noisy::new("held"), name.len());
    after_pause(()).await;
    pair.1 + { pair.0.len() }
}

async fn branches(n: u32) -> u32 {
    match n {
        0 => return after_pause(0).await,
        1 => { pause().await; 1 }
        n if n > 5 => match after_pause(n).await { 6 => 60, n => n },
        _ => if after_pause(true).await { 2 } else { unreachable!() },
    }
}

fn sizes() {
    println!("{} {}", size_of_val(&pause()), size_of_val(&after_pause(1u64)));
    println!("{} {}", size_of_val(&held("name")), size_of_val(&branches(1)));
    println!("{}", size_of_val(&async { let a = [1u8; 100]; pause().await; a[0] }));
    println!("{}", size_of_val(&async { { let a = [1u8; 100]; println!("{}", a.len()) } pause().await }));
}

fn dropped() {
    let mut context = Context::from_waker(Waker::noop());
    for polls in 0..4 {
        let mut future = Box::pin(arguments(Noisy::new("first"), Noisy::new("second"), Noisy::new("third")));
        for _ in 0..polls { println!("{:?}", future.as_mut().poll(&mut context)); }
        println!("dropping after {}", polls);
    }
}

fn panics() {
    let future = async {
        let _noisy = Noisy::new("unwound");
        pause().await;
        let items = [after_pause(1).await];
        items[{ after_pause(1).await }]
    };
    println!("{:?}", std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(future))).map_err(|_| ()));
}

pub fn main() {
    println!("{}", block_on(arguments(Noisy::new("first"), Noisy::new("second"), Noisy::new("third"))));
    println!("{} {}", block_on(temporaries(true)), block_on(send(temporaries(false))));
    for n in 0..6 { println!("{:?}", block_on(tries(n))); }
    let queue = ["a", "skipped", "b"].iter().map(|name| Noisy::new(name)).collect();
    println!("{}", block_on(loops(&RefCell::new(queue))));
    println!("{} {}", block_on(returns_block("name", Rc::new(()))), block_on(async { Twice(4).await + { Twice(5).await } }));
    spawned();
    println!("{} {}", block_on(sync(send(held("name")))), block_on(async { (ready(1).await, { ready(2) }.await) }).1);
    for n in 0..8 { println!("{}", block_on(branches(n))); }
    sizes();
    dropped();
    panics();
}
