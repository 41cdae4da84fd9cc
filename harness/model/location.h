#pragma once

#include <string>

namespace xdpbench::model {

// A place in a scenario file; lines and columns (of bytes) count from 1. An empty file: not from a
// file but, say, from the command line. Line 0: the file as a whole.
struct Location {
    std::string file;
    int line = 0;
    int column = 0;

    [[nodiscard]] std::string text() const;  // "file:line:column", "file" or ""

    friend bool operator==(const Location&, const Location&) = default;
};

}  // namespace xdpbench::model
