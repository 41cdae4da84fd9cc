// The documents that a run and a comparison can be written as.
#pragma once

#include <span>
#include <string>

#include "report/entry.h"

namespace xdpbench::report {

struct OutputFormat {
    const char* option;  // of the command line, which takes a file's name
    const char* help;
    std::string (*write)(const Source& source);
};

// All of them but the JSON document, which every run and every comparison leaves.
[[nodiscard]] std::span<const OutputFormat> output_formats();

}  // namespace xdpbench::report
