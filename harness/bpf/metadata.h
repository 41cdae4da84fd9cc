// XDP metadata of a scenario: the bytes in front of a frame, typed by a structure of the program's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/program.h"
#include "scenario/scenario.h"

namespace xdpbench::bpf {

// The bytes that `metadata` says. Errors: no such structure, a value that does not fit it, a length
// that no metadata has (the kernel takes multiples of 4 bytes, up to 252 at most).
Result<std::vector<std::uint8_t>> encode_metadata(const Program& program,
                                                  const scenario::Metadata& metadata);

// What differs, one line a difference: of a structure the members that `expected` names, of
// "hex:..." all bytes.
Result<std::vector<std::string>> metadata_differences(const Program& program,
                                                      const scenario::Metadata& expected,
                                                      std::span<const std::uint8_t> actual);

// `actual` as the structure that `typed` names; nothing if it has another length.
Result<std::optional<model::Value>> decode_metadata(const Program& program,
                                                    const scenario::Metadata& typed,
                                                    std::span<const std::uint8_t> actual);

}  // namespace xdpbench::bpf
