/* What a call costs more with the compiler's instrumentation, under uftrace. */
#include "chunks.h"

unsigned long plain_fib(unsigned long n);
unsigned long traced_fib(unsigned long n);

int main(void) {
    /* fib(16) makes 3193 calls. */
    compare(plain_fib, traced_fib, 16, 2.0 * plain_fib(17) - 1);
}
