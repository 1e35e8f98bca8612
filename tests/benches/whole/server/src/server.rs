//! Keeps texts by name: PUT adds a line to one, GET reads it.

use std::collections::HashMap;
use std::io::Result;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::http::{self, Message};

type Texts = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// Serves whoever comes, each in a task.
pub async fn serve(listener: TcpListener) -> Result<()> {
    let texts = Texts::default();
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(answer_all(stream, Arc::clone(&texts)));
    }
}

async fn answer_all(stream: TcpStream, texts: Texts) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(request) = http::read(&mut stream).await? {
        let answer = answer(&request, &texts);
        stream.write_all(&answer).await?;
    }
    Ok(())
}

fn answer(request: &Message, texts: &Texts) -> Vec<u8> {
    let mut words = request.start.split(' ');
    let (Some(method), Some(name)) = (words.next(), words.next()) else {
        return http::message("HTTP/1.1 400 Bad Request", b"");
    };
    let mut texts = texts.lock().expect("nobody panics with the texts");
    match (method, texts.get_mut(name)) {
        ("PUT", Some(text)) => {
            text.truncate(MOST);
            text.extend_from_slice(&request.body);
            http::message("HTTP/1.1 200 OK", text.len().to_string().as_bytes())
        }
        ("PUT", None) => {
            texts.insert(name.to_owned(), request.body.clone());
            http::message("HTTP/1.1 201 Created", request.body.len().to_string().as_bytes())
        }
        ("GET", Some(text)) => {
            let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
            http::message("HTTP/1.1 200 OK", &lines.collect::<Vec<_>>().join(&b"; "[..]))
        }
        ("GET", None) => http::message("HTTP/1.1 404 Not Found", b""),
        _ => http::message("HTTP/1.1 405 Method Not Allowed", b""),
    }
}

/// A text keeps so many bytes of what it had, so that all requests are alike.
const MOST: usize = 400;
