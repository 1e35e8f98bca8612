/* What a tracepoint adds to a loop, in a session that somebody else has started. */
#include "chunks.h"
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "lttng_peer.h"

#define TURNS 10000

__attribute__((noinline)) static unsigned long plain(unsigned long turns) {
    unsigned long x = 1;
    for (unsigned long turn = 0; turn < turns; turn++) {
        x = (x * 7) ^ turn;
    }
    return x;
}

__attribute__((noinline)) static unsigned long traced(unsigned long turns) {
    unsigned long x = 1;
    for (unsigned long turn = 0; turn < turns; turn++) {
        lttng_ust_tracepoint(instr_peer, turn, turn);
        x = (x * 7) ^ turn;
    }
    return x;
}

int main(void) {
    if (!lttng_ust_tracepoint_enabled(instr_peer, turn)) {
        fprintf(stderr, "no session has this event enabled\n");
        return 1;
    }
    compare(plain, traced, TURNS, TURNS);
}
