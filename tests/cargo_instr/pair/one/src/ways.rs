use std::io::Read as _;

pub fn go(name: &str) -> u8 {
    match name {
        "segv" => write_to(8),
        "abort" => give_up(),
        "panic" => find(&[1, 2], 5),
        "wait" => wait(),
        "cell" => cell(),
        code => code.parse().unwrap_or_default(),
    }
}

fn write_to(address: usize) -> u8 {
    let pointer = std::hint::black_box(address) as *mut u8;
    unsafe { *pointer = 1 };
    0
}

fn give_up() -> u8 {
    let reason = "nothing left";
    println!("{reason}");
    std::process::abort();
}

fn find(haystack: &[u8], needle: u8) -> u8 {
    let found = haystack.iter().position(|one| *one == needle);
    u8::try_from(found.expect("a needle")).unwrap()
}

fn wait() -> u8 {
    println!("waiting");
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    println!("no longer");
    0
}

fn cell() -> u8 {
    static CELL: once_cell::sync::OnceCell<u8> = once_cell::sync::OnceCell::new();
    let value = CELL.get_or_init(|| 0);
    *value
}
