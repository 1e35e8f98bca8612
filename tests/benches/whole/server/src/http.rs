//! As much of HTTP/1.1 as the server needs.

use std::io::{Error, ErrorKind, Result};

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// A request or an answer.
pub struct Message {
    /// The first line.
    pub start: String,
    /// What follows the headers.
    pub body: Vec<u8>,
}

/// Reads the next message, if there is one.
pub async fn read(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Message>> {
    let mut start = String::new();
    if from.read_line(&mut start).await? == 0 {
        return Ok(None);
    }
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        from.read_line(&mut line).await?;
        let header = line.trim_end();
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').ok_or_else(|| invalid("a header without a colon"))?;
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(|_| invalid("a length that is none"))?;
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).await?;
    Ok(Some(Message { start: start.trim_end().to_owned(), body }))
}

/// A message as it is sent.
pub fn message(start: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{start}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// What is no HTTP.
pub fn invalid(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}
