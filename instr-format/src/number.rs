//! Decimal numbers without the standard formatting machinery.

/// `00`, `01` … `99`: two digits at a time halve the divisions.
static PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut value = 0;
    while value < 100 {
        pairs[value] = [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8];
        value += 1;
    }
    pairs
};

/// The two digits of `value`, which is taken modulo 100.
#[inline]
pub(crate) fn pair(value: u64) -> [u8; 2] {
    PAIRS[(value % 100) as usize]
}

/// A number in decimal digits. Async-signal-safe.
#[derive(Clone, Copy)]
pub struct Decimal {
    digits: [u8; 20],
    start: usize,
}

impl Decimal {
    /// The digits of `value`, without sign or leading zeros.
    #[inline]
    pub fn new(mut value: u64) -> Self {
        let mut digits = [0; 20];
        let mut start = digits.len();
        while value >= 100 {
            start -= 2;
            [digits[start], digits[start + 1]] = pair(value);
            value /= 100;
        }
        let [tens, ones] = pair(value);
        start -= 1;
        digits[start] = ones;
        if value >= 10 {
            start -= 1;
            digits[start] = tens;
        }
        Decimal { digits, start }
    }

    /// The digits, as ASCII.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }
}

/// The number that `digits` spells: at least one ASCII digit and nothing else, in range.
pub fn parse_decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
