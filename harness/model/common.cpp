#include "model/common.h"

namespace xdpbench::model {

std::string BenchSetup::name() const { return std::string(attach_name(mode)) + variant; }

}  // namespace xdpbench::model
