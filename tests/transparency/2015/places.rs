//! A scrutinee that is a place is neither moved nor copied.

use crate::noisy::Noisy;

struct Node {
    name: Noisy,
    count: u32,
    next: Option<Box<Node>>,
}

fn node(name: &'static str, next: Option<Box<Node>>) -> Node {
    Node { name: Noisy::new(name), count: 0, next: next }
}

fn count(node: &mut Node) {
    match node.count {
        ref mut count => *count += 1,
    }
    match *node {
        Node { ref mut count, .. } if *count > 0 => *count += 10,
        Node { .. } => {}
    }
    if let Some(ref mut next) = node.next {
        next.count += 100;
    }
    while let Node { count: 0..=12, .. } = *node {
        node.count += 1;
    }
}

fn walk(first: &Node) {
    let mut at = Some(first);
    while let Some(node) = at {
        println!("{} {}", node.name.0, node.count);
        at = match node.next {
            Some(ref next) => Some(next),
            None => None,
        };
    }
}

fn partly_moved(node: Node) {
    match node.next {
        Some(next) => println!("moved {}", next.name.0),
        None => println!("nothing"),
    }
    println!("still {}", node.name.0);
}

fn array(mut names: [String; 2]) {
    match names[{ 0 }] {
        ref mut name => name.push('!'),
    }
    for name in &mut names {
        name.push('?');
    }
    let [first, second] = names;
    println!("{} {}", first, second);
}

fn deref(boxed: Box<(Noisy, Noisy)>) {
    let (first, _) = *boxed;
    println!("first {}", first.0);
}

fn wildcard(noisy: Noisy) {
    match noisy {
        _ => println!("not moved"),
    }
    let _ = noisy;
    println!("still here");
}

pub fn main() {
    let mut first = node("a", Some(Box::new(node("b", None))));
    count(&mut first);
    walk(&first);
    partly_moved(first);
    array(["x".to_string(), "y".to_string()]);
    deref(Box::new((Noisy::new("c"), Noisy::new("d"))));
    wildcard(Noisy::new("e"));
}
