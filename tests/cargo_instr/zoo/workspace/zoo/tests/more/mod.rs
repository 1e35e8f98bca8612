pub fn check(places: &[String]) {
    let first = &places[0];
    assert!(first.contains("lib.rs"), "{first}");
}
