// What a run has changed of ports, on disk before it is changed: what a killed run leaves is known.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/netns.h"
#include "net/port_state.h"

namespace xdpbench::net {

// Where changes are recorded before they are made. Like the settings it is gone after a restart.
inline constexpr const char* kPreparedFolder = "/run/xdp-bench";

// What a record holds: the process that made it, the network namespace of its ports, and the values
// that settings of theirs had.
struct PreparedRecord {
    int process = 0;
    std::string started;  // of the process (field 22 of /proc/PID/stat): tells it from a later one
    std::string namespace_id;  // "net:[4026531840]"
    std::uint64_t cookie = 0;  // of that namespace (NetNs::cookie()); 0: not known
    std::vector<PortState> were;
};

// One line each: "process 12 3456", "namespace net:[4026531840]", "cookie 4097" if it is known,
// "was eth1 mtu 1500".
[[nodiscard]] std::string record_text(const PreparedRecord& record);
[[nodiscard]] std::optional<PreparedRecord> parse_record(std::string_view text);

// Of the calling process, for ports of this namespace; nothing was changed yet.
Result<PreparedRecord> begin_record(const NetNs& netns);
// Whole or not at all.
Result<void> write_record(const std::filesystem::path& path, const PreparedRecord& record);
// Whether the process that made it has ended.
[[nodiscard]] bool is_left(const PreparedRecord& record);
// Whether its ports are in this namespace, which has the number `id`. The kernel gives the number
// of a namespace that is gone to a later one.
[[nodiscard]] bool is_of(const PreparedRecord& record, const std::string& id, const NetNs& netns);
// Of the calling thread: "net:[4026531840]".
[[nodiscard]] std::string own_namespace();

}  // namespace xdpbench::net
