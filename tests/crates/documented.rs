//! Doc tests of functions with statements.

/// Doubles.
///
/// ```
/// assert_eq!(documented::doubled(2), 4);
/// ```
///
/// ```should_panic
/// documented::doubled(u32::MAX);
/// ```
///
/// ```compile_fail
/// documented::doubled("text");
/// ```
pub fn doubled(n: u32) -> u32 {
    let doubled = n * 2;
    doubled
}

/// A shape.
pub trait Shape {
    /// How many sides it has.
    ///
    /// ```
    /// # use documented::Shape;
    /// struct Line;
    /// impl Shape for Line {}
    /// assert_eq!(Line.sides(), 2);
    /// ```
    ///
    /// ```
    /// #[instr_runtime::instrument_source]
    /// fn in_the_test() -> u32 {
    ///     let n = documented::doubled(1);
    ///     n + 1
    /// }
    /// assert_eq!(in_the_test(), 3);
    /// ```
    fn sides(&self) -> u32 {
        let sides = 1;
        doubled(sides)
    }
}
