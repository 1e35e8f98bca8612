//! Mismatched types.

fn arguments(n: u32) -> u32 {
    let text: &str = n;
    n.checked_add("one").unwrap_or({ 'c' }) + if n > 1 { 1 } else { "two" }
}

fn missing_return(n: u32) -> u32 {
    if n > 1 {
        return 1;
    }
}

fn wrong_tail() -> String {
    let closure = |x: u32| x + 1;
    closure(1)
}

fn semicolon(n: u32) -> u32 {
    n + 1;
}

fn arms(n: u32) -> u32 {
    match n {
        0 => "zero",
        1 => n.missing(),
    }
}

fn loops() -> u32 {
    while true {
        5
    }
}

fn question_mark(text: &str) -> Option<u32> {
    let n: u32 = text.parse()?;
    Some(n)
}

async fn awaits() -> u32 {
    arguments(1).await + missing().await
}

fn main() {}
