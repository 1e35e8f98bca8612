//! Values that say when they are made, used and dropped.

pub struct Noisy(pub &'static str);

impl Noisy {
    pub fn new(name: &'static str) -> Self {
        println!("+ {}", name);
        Noisy(name)
    }

    pub fn yes(&self) -> bool {
        println!("? {}", self.0);
        true
    }

    pub fn items(&self) -> std::ops::Range<u32> {
        println!("[] {}", self.0);
        0..2
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("- {}", self.0);
    }
}
