//! What the borrow checker accepts, it still accepts: two-phase borrows and reborrows through operands.

fn add(target: &mut u32, n: u32) -> u32 {
    *target += n;
    *target
}

fn two_phases() -> Vec<usize> {
    let mut v = vec![1];
    v.push(v.len());
    v.push({ v.len() });
    v.push(if v.len() > 2 { v.len() * 2 } else { 0 });
    v.insert(match v.len() { 0 => 0, n => n - 1 }, v[0]);
    let last = v.len() - 1;
    v[last] += { v[0] };
    v
}

fn reborrowed() -> u32 {
    let mut n = 1;
    let first = &mut n;
    let mut m = 2;
    let second = &mut m;
    for turn in 0..3 {
        add(if turn % 2 == 0 { &mut *first } else { &mut *second }, 5);
        add({ first }, 7);
        add(match turn { 1 => second, _ => &mut *first }, 1);
        add(unsafe { &mut *(second as *mut u32) }, 2);
    }
    add(first, 0) + add(second, 0)
}

struct Stack {
    items: Vec<String>,
}

impl Stack {
    fn top(&mut self) -> &mut String {
        match self.items.len() {
            0 => self.items.push(String::new()),
            _ => {}
        }
        let at = self.items.len() - 1;
        &mut self.items[at]
    }

    fn longest<'a>(&'a self, other: &'a str) -> &'a str {
        self.items.iter().map(|item| &**item).fold(other, |a, b| if a.len() < b.len() { b } else { a })
    }

    fn iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a str> + 'a> {
        Box::new(self.items.iter().map(|item| item.as_str()))
    }
}

pub fn main() {
    println!("{:?} {}", two_phases(), reborrowed());
    let mut stack = Stack { items: Vec::new() };
    stack.top().push_str("abc");
    let len = stack.top().len();
    stack.top().push_str(if len > 2 { "def" } else { "g" });
    println!("{} {:?}", stack.longest("ab"), stack.iter().collect::<Vec<_>>());
}
