#include "history/keys.h"

namespace xdpbench::history {

std::string value_of(const Keys& keys, const std::string& key) {
    const auto found = keys.find(key);
    return found == keys.end() ? "" : found->second;
}

// What differs anywhere differs from the first one somewhere.
std::set<std::string> telling_keys(const std::vector<const Keys*>& all) {
    std::set<std::string> telling;
    for (const Keys* const keys : all) {
        const Keys& first = *all.front();
        if (*keys == first) continue;
        for (const auto& [key, value] : *keys) {
            if (value_of(first, key) != value) telling.insert(key);
        }
        for (const auto& [key, value] : first) {
            if (value_of(*keys, key) != value) telling.insert(key);
        }
    }
    return telling;
}

}  // namespace xdpbench::history
