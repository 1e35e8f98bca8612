/* Compiled twice: FIB is plain_fib, and traced_fib with the compiler's own instrumentation. */
unsigned long FIB(unsigned long n) {
    return n < 2 ? n : FIB(n - 1) + FIB(n - 2);
}
