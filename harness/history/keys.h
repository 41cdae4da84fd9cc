// What a result depends on, by name: its environment, or how a figure was measured. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace xdpbench::history {

using Keys = std::map<std::string, std::string>;

// "" if there is no such key.
[[nodiscard]] std::string value_of(const Keys& keys, const std::string& key);

// The keys that do not have the same value in all of these. Takes time in proportion to them.
[[nodiscard]] std::set<std::string> telling_keys(const std::vector<const Keys*>& all);

}  // namespace xdpbench::history
