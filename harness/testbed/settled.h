// The end of a window: when frames that were sent have arrived where they go.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "testbed/instrumented_link.h"

namespace xdpbench::testbed {

// When frames that are all accounted for are taken to have settled.
enum class Settled {
    balanced,  // at once
    certain,   // where drops are not seen: only when nothing has moved for 100 ms
};

// Reads until all of `sent` frames are accounted for since `before`. Where frames are missing, that
// is so once nothing has moved for 2 s: on a busy machine a thread of the kernel that has them may
// wait long for its turn.
Result<LinkCounts> settled(const InstrumentedLink& link, const LinkCounts& before,
                           std::uint64_t sent, Settled when = Settled::certain);

}  // namespace xdpbench::testbed
