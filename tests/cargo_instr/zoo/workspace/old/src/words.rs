//! A name that is a keyword of later editions, for which this file is not instrumented.

pub use self::async::here;

pub mod async {
    pub fn here() -> String {
        let place = format!("{}:{}:{} {}", file!(), line!(), column!(), module_path!());
        place
    }
}
