//! A client, which adds lines to texts of its own and reads them.

use std::io::Result;
use std::net::SocketAddr;

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::http;

/// Makes the requests one after another. Returns the bytes that were answered.
pub async fn work(server: SocketAddr, number: u64, requests: u64) -> Result<usize> {
    let stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut answered = 0;
    for turn in 0..requests {
        let (method, body) = if turn % 2 == 0 { ("PUT", line(turn)) } else { ("GET", Vec::new()) };
        let start = format!("{method} /client-{number}/{} HTTP/1.1\r\nHost: {server}", turn / 2 % 3);
        stream.write_all(&http::message(&start, &body)).await?;
        let answer = http::read(&mut stream).await?.ok_or_else(|| http::invalid("no answer"))?;
        if !answer.start.contains(" 20") {
            return Err(http::invalid(&answer.start));
        }
        answered += answer.body.len();
    }
    Ok(answered)
}

fn line(turn: u64) -> Vec<u8> {
    format!("the line of turn {turn}\n").into_bytes()
}
