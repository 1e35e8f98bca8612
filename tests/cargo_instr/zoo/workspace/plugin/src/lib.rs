//! To be loaded by a program in any language.

#[no_mangle]
pub extern "C" fn plugin_answer(question: u32) -> u32 {
    let answer = question + 1;
    answer
}
