// Why the kernel does not take an entry of a map that redirects or calls by its entries.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace xdpbench::bpf {

struct RefusedEntry {
    std::uint32_t kind = 0;  // enum bpf_map_type
    std::uint32_t max_entries = 0;
    ByteView value;
};

struct EntryReason {
    std::string cause;   // empty: not known
    std::string advice;  // may be empty
};

// Whether a key is a number below the number of entries: of arrays of all kinds.
[[nodiscard]] bool is_indexed(std::uint32_t kind);

// Of an entry that was refused with `number`. Looks for the interface, the program and the CPU that
// it names, in the namespace that this thread is in.
[[nodiscard]] EntryReason why_refused(const RefusedEntry& entry, int number);

// Of a value that the kernel takes without storing it: why; else nothing.
[[nodiscard]] EntryReason why_not_stored(const RefusedEntry& entry);

}  // namespace xdpbench::bpf
