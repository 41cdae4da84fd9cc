// What the kernel logs while a case runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace xdpbench::qualify {

// A message that no healthy driver causes: WARNING, BUG, Oops, a transmit timeout, a stalled page
// pool.
[[nodiscard]] bool is_alarming(std::string_view message);

// "6,339,5140900,-;text" of /dev/kmsg -> "text".
[[nodiscard]] std::string_view text_of_record(std::string_view record);

class KernelLog {
  public:
    // From now on. Nothing where it cannot be read (a container).
    static std::optional<KernelLog> open();

    // The alarming messages since the last call, in order.
    [[nodiscard]] std::vector<std::string> alarms() const;

  private:
    explicit KernelLog(UniqueFd log) : log_(std::move(log)) {}

    UniqueFd log_;
};

}  // namespace xdpbench::qualify
