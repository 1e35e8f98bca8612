//! Numbers: decimal without the standard formatting machinery, and as they lie in mapped files.

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

/// The most digits that a number has.
pub(crate) const DIGITS_MAX: usize = 20;

/// A number in decimal digits. Async-signal-safe.
#[derive(Clone, Copy)]
pub struct Decimal {
    digits: [u8; DIGITS_MAX],
    len: usize,
}

impl Decimal {
    /// The digits of `value`, without sign or leading zeros.
    #[inline]
    pub fn new(mut value: u64) -> Self {
        let mut digits = [0; DIGITS_MAX];
        let len = value.checked_ilog10().unwrap_or(0) as usize + 1;
        let mut at = len;
        while at >= 2 {
            at -= 2;
            [digits[at], digits[at + 1]] = pair(value);
            value /= 100;
        }
        if at == 1 {
            [_, digits[0]] = pair(value);
        }
        Decimal { digits, len }
    }

    /// The digits, as ASCII.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(..self.len).unwrap_or_default()
    }

    /// The digits with what is behind them, and how many there are: a copy of fixed size is the faster one.
    #[inline]
    pub(crate) fn padded(&self) -> (&[u8; DIGITS_MAX], usize) {
        (&self.digits, self.len)
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

/// The number that lies at `at` in the machine's byte order; 0 where the bytes end before.
#[inline]
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied().map_or(0, u32::from_ne_bytes)
}

/// The same for a number of 64 bits.
#[inline]
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied().map_or(0, u64::from_ne_bytes)
}
