//! Other systems: a clear error instead of a run without records.

compile_error!(
    "instr-runtime records on 64-bit Linux only: build for another system without the feature `instr-runtime/enabled`"
);
