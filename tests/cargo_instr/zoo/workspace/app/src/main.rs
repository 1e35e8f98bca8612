use std::process::exit;

fn main() {
    std::panic::set_hook(Box::new(|info| println!("panic at {}", info.location().unwrap())));
    for place in zoo::places() {
        println!("{place}");
    }
    println!("{} {} {:?}", zoo::place!(), strict::half(8), std::env::args().skip(1).collect::<Vec<_>>());
    println!("{} {}", zoo::tickets(), zoo::Cage::new(2).number());
    println!("{:?} {:?}", std::env::var_os("CARGO_MANIFEST_DIR"), std::env::current_dir());
    println!("{:?} {:?}", std::env::var_os("RUSTC_WRAPPER"), std::env::var_os("CARGO_PKG_NAME"));
    if cfg!(panic = "unwind") {
        let caught = std::panic::catch_unwind(|| zoo::escape(&[1, 2]));
        println!("{}", caught.is_err());
    }
    exit(7);
}
