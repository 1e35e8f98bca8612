fn main() {
    faulty::unused_first(1);
}
