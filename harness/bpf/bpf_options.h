#pragma once

#include <cstring>

namespace xdpbench::bpf {

// One of libbpf's option structures with its size set and all else, padding too, zero: what its
// macro LIBBPF_OPTS makes, which is no standard C++.
template <class Options>
[[nodiscard]] Options bpf_options() {
    Options options;
    std::memset(&options, 0, sizeof(options));
    options.sz = sizeof(options);
    return options;
}

}  // namespace xdpbench::bpf
