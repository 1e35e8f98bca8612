use proc_macro::TokenStream;

#[proc_macro]
pub fn made_of(input: TokenStream) -> TokenStream {
    let name = input.to_string();
    let number = bare::double(u64::try_from(name.len()).unwrap());
    format!("format!(\"{{}} {number}\", {name}!())").parse().unwrap()
}

#[cfg(test)]
mod tests {
    #[test]
    fn of_the_macros() {
        let number = 1;
        assert_eq!(bare::double(number), 2);
    }
}
