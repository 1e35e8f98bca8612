//! A server of the kind that people write with tokio, and its clients: `server CLIENTS REQUESTS` has so many clients make so
//! many requests each, and prints how many bytes they were answered.

use std::error::Error;

use tokio::net::TcpListener;
use tokio::runtime::Builder;

mod client;
mod http;
mod server;

fn main() -> Result<(), Box<dyn Error>> {
    let numbers: Vec<u64> = std::env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    let [clients, requests] = numbers[..] else { return Err("usage: server CLIENTS REQUESTS".into()) };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_io().build()?;
    println!("{}", runtime.block_on(run(clients, requests))?);
    Ok(())
}

async fn run(clients: u64, requests: u64) -> Result<usize, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(server::serve(listener));
    let clients: Vec<_> = (0..clients).map(|number| tokio::spawn(client::work(address, number, requests))).collect();
    let mut answered = 0;
    for client in clients {
        answered += client.await??;
    }
    server.abort();
    Ok(answered)
}
