// A window: a number of frames through one link, timed and accounted for.
#pragma once

#include "testbed/instrumented_link.h"
#include "traffic/generator.h"

namespace xdpbench::testbed {

struct LinkWindow {
    LinkCounts counts;
    double seconds = 0;          // until the last frame was accounted for
    double sending_seconds = 0;  // of these, until the generator was done
    double cpu_seconds = 0;      // that the calling thread had until then
    bool stopped = false;        // the process was stopped meanwhile (SIGSTOP)
};

// Sends `frames` and waits for them. Invalid, with both figures, if frames are unaccounted for.
Result<LinkWindow> run_window(const InstrumentedLink& link, traffic::Generator& generator,
                              const net::Network& network, std::uint64_t frames);

// Adds what a window counted.
void add_counts(const LinkCounts& counts, model::BenchRecord& record);

}  // namespace xdpbench::testbed
