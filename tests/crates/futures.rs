//! The attribute beside those of other crates that make functions anew: `#[async_trait]` and `#[tokio::test]`.

use std::future::Future;

use async_trait::async_trait;
use instr_runtime::instrument_source;

#[async_trait]
trait Store {
    async fn get(&self, key: &str) -> Option<u32>;

    async fn sum(&self, keys: &[&str]) -> u32 {
        let mut sum = 0;
        for key in keys {
            sum += self.get(key).await.unwrap_or(if key.is_empty() { 0 } else { 100 });
        }
        sum
    }
}

struct Above(Vec<(String, u32)>);

#[instrument_source]
#[async_trait]
impl Store for Above {
    async fn get(&self, key: &str) -> Option<u32> {
        tokio::task::yield_now().await;
        let found = self.0.iter().find(|(name, _)| name == key)?;
        Some(found.1)
    }
}

struct Below(u32);

#[async_trait]
#[instrument_source]
impl Store for Below {
    async fn get(&self, key: &str) -> Option<u32> {
        tokio::task::yield_now().await;
        let len = u32::try_from(key.len()).ok()?;
        Some(len * self.0)
    }
}

#[instrument_source]
#[async_trait]
trait Shout: Sync {
    async fn shout(&self) -> String {
        let text = self.text().await;
        text.to_uppercase()
    }

    async fn text(&self) -> String;
}

#[async_trait(?Send)]
#[instrument_source]
impl Whisper for Below {
    async fn whisper(&self) -> usize {
        let shared = std::rc::Rc::new(self.0);
        tokio::task::yield_now().await;
        *shared as usize
    }
}

#[async_trait(?Send)]
trait Whisper {
    async fn whisper(&self) -> usize;
}

#[async_trait]
impl Shout for Below {
    #[instrument_source]
    async fn text(&self) -> String {
        let text = self.0.to_string();
        text + "x"
    }
}

fn is_send<F: Future + Send>(future: F) -> F {
    future
}

#[instrument_source]
#[tokio::test]
async fn above() {
    let store = Above(vec![("a".to_owned(), 1), ("b".to_owned(), 2)]);
    let sum = is_send(store.sum(&["a", "b", "c"])).await;
    assert_eq!(sum, 103);
}

#[tokio::test]
#[instrument_source]
async fn below() {
    let store = Below(2);
    assert_eq!(is_send(store.sum(&["a", "bb", ""])).await, 6);
    assert_eq!(store.whisper().await, 2);
    assert_eq!(is_send(store.shout()).await, "2X");
}

#[instrument_source]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spawned() -> Result<(), tokio::task::JoinError> {
    let tasks: Vec<_> = (1..4).map(|number| tokio::spawn(async move { Below(number).sum(&["abc"]).await })).collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await?;
    }
    assert_eq!(sum, 18);
    Ok(())
}

#[tokio::test]
#[should_panic = "no such key"]
#[instrument_source]
async fn panicking() {
    let store = Above(Vec::new());
    store.get("a").await.expect("no such key");
}

#[instrument_source]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let text = Below(3).shout().await;
    println!("{text}");
}
