//! Inflates a text.

use std::fmt::Write as _;

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec;

/// What a turn makes.
pub type Output = Vec<u8>;

/// What is run.
pub fn prepare() -> impl FnMut() -> Output {
    let packed = compress_to_vec(text().as_bytes(), LEVEL);
    move || decompress_to_vec(&packed).expect("what was deflated")
}

/// That of most tools.
const LEVEL: u8 = 6;

/// Lines of words in no order, with numbers between them: some of it is literal, some repeats.
fn text() -> String {
    const WORDS: [&str; 8] = ["reading", "fish", "walked", "a", "bird", "birds", "of", "singing"];
    let (mut text, mut random) = (String::new(), 1_u64);
    for line in 0..200 {
        let _ = write!(text, "{line:x}");
        for _ in 0..10 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let _ = write!(text, " {}", WORDS[(random >> 61) as usize]);
        }
        let _ = writeln!(text, " {:x}", random >> 40);
    }
    text
}
