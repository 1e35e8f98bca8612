/* One tracepoint with one integer. */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER instr_peer
#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "./lttng_peer.h"
#if !defined(LTTNG_PEER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define LTTNG_PEER_H
#include <lttng/tracepoint.h>
LTTNG_UST_TRACEPOINT_EVENT(instr_peer, turn, LTTNG_UST_TP_ARGS(unsigned long, turn),
                           LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(unsigned long, turn, turn)))
#endif
#include <lttng/tracepoint-event.h>
