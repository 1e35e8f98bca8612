//! A library of whose tests some fail.

use std::num::ParseIntError;

pub struct Account {
    pub balance: i64,
}

impl Account {
    pub fn withdraw(&mut self, amount: i64) -> Result<i64, String> {
        if amount > self.balance {
            return Err(format!("{amount} > {}", self.balance));
        }
        self.balance -= amount;
        Ok(self.balance)
    }
}

pub fn parse_all(text: &str) -> Vec<i64> {
    text.split(',').map(|part| part.trim().parse().unwrap()).collect()
}

pub fn parse_one(text: &str) -> Result<i64, ParseIntError> {
    text.parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_fine() {
        assert_eq!(Account { balance: 5 }.withdraw(3), Ok(2));
    }

    #[test]
    fn withdraws_too_much() {
        let mut account = Account { balance: 5 };
        let left = account.withdraw(3).unwrap();
        assert_eq!(left, 2);
        let nothing = account.withdraw(3).unwrap();
        assert_eq!(nothing, -1);
    }

    #[test]
    fn parses_other_numbers() {
        let numbers = parse_all("1, 2");
        assert_eq!(numbers, [1, 3], "of two");
    }

    #[test]
    fn parses_other_words() {
        assert_eq!(parse_all("1, x").len(), 2);
    }

    #[test]
    #[should_panic]
    fn expects_a_panic() {
        parse_all("zz");
    }

    #[test]
    fn returns_an_error() -> Result<(), ParseIntError> {
        if std::env::var_os("ERROR").is_some() {
            parse_one("one")?;
        }
        Ok(())
    }
}
