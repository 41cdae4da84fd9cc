#include "model/location.h"

#include <fmt/format.h>

namespace xdpbench::model {

std::string Location::text() const {
    if (file.empty() || line == 0) return file;
    return fmt::format("{}:{}:{}", file, line, column);
}

}  // namespace xdpbench::model
