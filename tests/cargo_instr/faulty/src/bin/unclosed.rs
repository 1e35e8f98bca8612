fn main() {
    let text = "one";
    if text.is_empty() {
}
