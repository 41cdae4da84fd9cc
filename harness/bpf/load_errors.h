// Why libbpf does not open or load a program, in words. `log`: what libbpf said meanwhile.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {

// `number`: the errno. The object is to blame, unless the machine ran out of something.
[[nodiscard]] Error open_error(const std::string& path, int number, const std::string& log);

// A program that was not loaded.
struct NotLoaded {
    std::string function;
    std::string object;
    std::vector<TypedMap> maps;
    bool offload = false;                // it was to be loaded into a device
    std::vector<std::string> obstacles;  // to that, known before the kernel was asked
};

// `number`: the negative errno. Where the verifier rejects it: the instruction, its source line,
// and the end of its log, all of which goes to a file.
[[nodiscard]] Error load_error(const NotLoaded& program, int number, const std::string& log);

}  // namespace xdpbench::bpf
