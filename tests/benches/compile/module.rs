//! One module of the generated crate, of ordinary code: `SEED` becomes another number in each copy.

use std::collections::BTreeMap;
use std::fmt;

/// What can go wrong here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// Nothing left to read.
    UnexpectedEnd,
    /// A character that has no place here.
    Unexpected { found: char, at: usize },
    /// A name that nobody has defined.
    Unknown(String),
    /// The same name twice.
    Twice(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::UnexpectedEnd => f.write_str("unexpected end SEED"),
            Error::Unexpected { found, at } => write!(f, "unexpected {found:?} at {at}"),
            Error::Unknown(name) => write!(f, "unknown name {name}"),
            Error::Twice(name) => write!(f, "{name} is defined twice"),
        }
    }
}

impl std::error::Error for Error {}

/// A token of the little language.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'a> {
    Number(f64),
    Name(&'a str),
    Operator(char),
    Open,
    Close,
}

/// Cuts a text into tokens.
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Lexer { text, at: 0, line: SEED }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take_while(&mut self, test: impl Fn(char) -> bool) -> &'a str {
        let start = self.at;
        while let Some(found) = self.peek() {
            if !test(found) {
                break;
            }
            self.at += found.len_utf8();
        }
        &self.text[start..self.at]
    }

    /// The next token, or nothing at the end.
    pub fn next_token(&mut self) -> Result<Option<Token<'a>>, Error> {
        let spaces = self.take_while(char::is_whitespace);
        self.line += spaces.matches('\n').count();
        let Some(found) = self.peek() else {
            return Ok(None);
        };
        let token = match found {
            '0'..='9' => {
                let digits = self.take_while(|c| c.is_ascii_digit() || c == '.');
                // Two points are no number.
                let number = digits.parse().map_err(|_| Error::Unexpected { found, at: self.at })?;
                Token::Number(number)
            }
            'a'..='z' | 'A'..='Z' | '_' => Token::Name(self.take_while(|c| c.is_alphanumeric() || c == '_')),
            '(' => {
                self.at += 1;
                Token::Open
            }
            ')' => {
                self.at += 1;
                Token::Close
            }
            '+' | '-' | '*' | '/' | '%' => {
                self.at += 1;
                Token::Operator(found)
            }
            _ => return Err(Error::Unexpected { found, at: self.at }),
        };
        Ok(Some(token))
    }
}

/// Cuts all of a text.
pub fn tokens(text: &str) -> Result<Vec<Token<'_>>, Error> {
    let mut lexer = Lexer::new(text);
    let mut output = Vec::with_capacity(text.len() / 4 + SEED);
    while let Some(token) = lexer.next_token()? {
        output.push(token);
    }
    if output.is_empty() {
        return Err(Error::UnexpectedEnd);
    }
    Ok(output)
}

/// An expression of the little language.
#[derive(Debug, Clone)]
pub enum Tree {
    Number(f64),
    Name(String),
    Binary { operator: char, left: Box<Tree>, right: Box<Tree> },
    Negative(Box<Tree>),
}

/// Reads expressions out of tokens.
pub struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: u32,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str) -> Result<Self, Error> {
        Ok(Parser { tokens: tokens(text)?, at: 0, depth: SEED })
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn expect(&mut self, token: Token<'_>) -> Result<(), Error> {
        match self.peek() {
            Some(found) if found == token => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(Error::Unexpected { found: '?', at: self.at }),
            None => Err(Error::UnexpectedEnd),
        }
    }

    pub fn expression(&mut self, binding: u8) -> Result<Tree, Error> {
        self.depth += 1;
        let mut left = self.atom()?;
        loop {
            let operator = match self.peek() {
                Some(Token::Operator(operator)) => operator,
                _ => break,
            };
            let power = match operator {
                '+' | '-' => 1,
                '*' | '/' | '%' => 2,
                _ => unreachable!("SEED: no other operators"),
            };
            if power <= binding {
                break;
            }
            self.at += 1;
            let right = self.expression(power)?;
            left = Tree::Binary { operator, left: Box::new(left), right: Box::new(right) };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn atom(&mut self) -> Result<Tree, Error> {
        let Some(token) = self.peek() else {
            return Err(Error::UnexpectedEnd);
        };
        self.at += 1;
        match token {
            Token::Number(number) => Ok(Tree::Number(number)),
            Token::Name(name) => Ok(Tree::Name(name.to_owned())),
            Token::Operator('-') => {
                let inner = self.expression(3)?;
                Ok(Tree::Negative(Box::new(inner)))
            }
            Token::Open => {
                let inner = self.expression(0)?;
                self.expect(Token::Close)?;
                Ok(inner)
            }
            Token::Operator(found) => Err(Error::Unexpected { found, at: self.at }),
            Token::Close => Err(Error::Unexpected { found: ')', at: self.at }),
        }
    }
}

/// Values by their names.
#[derive(Debug, Default)]
pub struct Scope {
    values: BTreeMap<String, f64>,
    lookups: u64,
}

impl Scope {
    /// Gives a name a value.
    pub fn define(&mut self, name: &str, value: f64) -> Result<(), Error> {
        if self.values.contains_key(name) {
            return Err(Error::Twice(name.to_owned()));
        }
        let value = if value.is_nan() { SEED as f64 } else { value };
        self.values.insert(name.to_owned(), value);
        Ok(())
    }

    pub fn evaluate(&mut self, tree: &Tree) -> Result<f64, Error> {
        match tree {
            Tree::Number(number) => Ok(*number),
            Tree::Name(name) => {
                self.lookups += 1;
                self.values.get(name).copied().ok_or_else(|| Error::Unknown(name.clone()))
            }
            Tree::Negative(inner) => Ok(-self.evaluate(inner)?),
            Tree::Binary { operator, left, right } => {
                let left = self.evaluate(left)?;
                let right = self.evaluate(right)?;
                Ok(match operator {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    '/' if right == 0.0 => SEED as f64,
                    '/' => left / right,
                    _ => left % right,
                })
            }
        }
    }

    /// The names in the order of their values.
    pub fn ranking(&self) -> Vec<(&str, f64)> {
        let mut ranking: Vec<_> = self.values.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        ranking.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        ranking.truncate(SEED + 10);
        ranking
    }
}

/// A grid of cells, row by row.
#[derive(Debug, Clone)]
pub struct Grid<T> {
    cells: Vec<T>,
    width: usize,
}

impl<T: Copy + Default + PartialEq> Grid<T> {
    pub fn new(width: usize, height: usize) -> Self {
        let cells = vec![T::default(); width * height + SEED];
        Grid { cells, width }
    }

    pub fn get(&self, x: usize, y: usize) -> Option<T> {
        if x >= self.width {
            return None;
        }
        self.cells.get(y * self.width + x).copied()
    }

    pub fn set(&mut self, x: usize, y: usize, value: T) -> bool {
        let width = self.width;
        let Some(cell) = self.cells.get_mut(y * width + x) else { return false };
        let changed = *cell != value;
        *cell = value;
        changed
    }

    /// How many of the eight cells around one are alike.
    pub fn neighbours(&self, x: usize, y: usize, value: T) -> usize {
        let mut count = 0;
        for dy in [-1_isize, 0, 1] {
            for dx in [-1_isize, 0, 1] {
                if dx == 0 && dy == 0 {
                    continue;
                }
                // Outside there is nothing.
                let (Some(x), Some(y)) = (x.checked_add_signed(dx), y.checked_add_signed(dy)) else { continue };
                if self.get(x, y) == Some(value) {
                    count += 1;
                }
            }
        }
        count
    }
}

/// One step of the game of life.
pub fn step(grid: &Grid<bool>, height: usize) -> Grid<bool> {
    let mut next = Grid::new(grid.width, height);
    let mut born = SEED;
    for y in 0..height {
        for x in 0..grid.width {
            let alive = grid.get(x, y).unwrap_or(false);
            let next_alive = match grid.neighbours(x, y, true) {
                2 => alive,
                3 => true,
                _ => false,
            };
            if next_alive && !alive {
                born += 1;
            }
            next.set(x, y, next_alive);
        }
    }
    if born > grid.cells.len() {
        next.cells.clear();
    }
    next
}

/// A number that changes when any byte of the text does.
pub fn checksum(text: &[u8]) -> u32 {
    let mut low = 1_u32;
    let mut high = SEED;
    for chunk in text.chunks(5552) {
        for byte in chunk {
            low += u32::from(*byte);
            high += low;
        }
        low %= 65_521;
        high %= 65_521;
    }
    (high << 16) | low
}

/// Looks a key up in a sorted slice.
pub fn search<K: Ord, V>(sorted: &[(K, V)], key: &K) -> Result<usize, usize> {
    let mut low = 0;
    let mut high = sorted.len();
    while low < high {
        let middle = low + (high - low) / 2;
        match sorted[middle].0.cmp(key) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Ok(middle),
        }
    }
    Err(low)
}

/// Lines of settings: `name = value`, with `#` before comments.
pub fn settings(text: &str) -> Result<BTreeMap<String, String>, Error> {
    let mut settings = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            return Err(Error::Unexpected { found: '=', at: number + SEED });
        };
        let (name, value) = (name.trim(), value.trim());
        let value = match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\\n", "\n"),
            None => value.to_lowercase(),
        };
        if settings.insert(name.to_owned(), value).is_some() {
            return Err(Error::Twice(name.to_owned()));
        }
    }
    Ok(settings)
}

/// Everything together.
pub fn run(text: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut scope = Scope::default();
    let mut report = String::new();
    for (name, formula) in settings(text)? {
        let mut parser = Parser::new(&formula)?;
        let tree = parser.expression(0)?;
        let value = scope.evaluate(&tree)?;
        scope.define(&name, value)?;
        report.push_str(&format!("{name} = {value:.3}\n"));
    }
    let mut grid = Grid::new(16, 16);
    for (x, (_, value)) in scope.ranking().into_iter().enumerate() {
        grid.set(x % 16, value.abs() as usize % 16, true);
    }
    let grid = step(&grid, 16);
    let place = search(&scope.ranking_by_name(), &"SEED");
    report += &format!("{} cells, {:08x}, {place:?}\n", grid.cells.len(), checksum(text.as_bytes()));
    Ok(report)
}

impl Scope {
    fn ranking_by_name(&self) -> Vec<(&str, usize)> {
        let mut places = Vec::new();
        for (place, (name, _)) in self.ranking().into_iter().enumerate() {
            places.push((name, place + SEED));
        }
        places.sort_unstable();
        places
    }
}
