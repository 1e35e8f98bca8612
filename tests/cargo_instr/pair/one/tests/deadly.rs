#[test]
fn this_one_passes() {
    let way = one::Way::new("0");
    assert_eq!(way.go(), 0);
}

#[test]
#[ignore = "it kills the process"]
fn this_one_dies() {
    let way = one::Way::new("abort");
    assert_eq!(way.go(), 0);
}
