//! Ways to die.

pub mod ways;

/// Which of them.
pub struct Way {
    name: String,
}

impl Way {
    pub fn new(name: &str) -> Self {
        let name = name.to_owned();
        Way { name }
    }

    pub fn go(&self) -> u8 {
        let name = self.name.as_str();
        ways::go(name)
    }
}
