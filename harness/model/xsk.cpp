#include "model/xsk.h"

#include <array>
#include <cstddef>

#include "base/enum_names.h"

namespace xdpbench::model {
namespace {

constexpr std::array<std::string_view, 3> kModes{"auto", "copy", "zero-copy"};

}  // namespace

std::string_view name_of(XskMode mode) { return kModes.at(static_cast<std::size_t>(mode)); }

std::optional<XskMode> parse_xsk_mode(std::string_view name) {
    return find_name<XskMode>(kModes, name);
}

XskTally& XskTally::operator+=(const XskTally& other) {
    frames += other.frames;
    batches += other.batches;
    wakeups += other.wakeups;
    return *this;
}

}  // namespace xdpbench::model
