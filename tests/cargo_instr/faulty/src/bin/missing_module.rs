mod there_is_none;

fn main() {
    there_is_none::go();
}
