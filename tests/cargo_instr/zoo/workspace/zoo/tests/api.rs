mod more;

#[test]
fn integration_test() {
    let places = zoo::places();
    assert!(places.len() > 10);
    more::check(&places);
}

#[test]
fn fails_in_both() {
    let places = zoo::places();
    assert!(places.is_empty(), "there are {}", places.len());
}
