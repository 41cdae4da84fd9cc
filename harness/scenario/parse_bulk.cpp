#include "scenario/parse_bulk.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/number.h"
#include "scenario/diagnostic.h"
#include "scenario/yaml_value.h"

namespace xdpbench::scenario {
namespace {

constexpr std::string_view kRange = "..";

// A number, or an IPv4 address as one.
std::optional<std::uint64_t> read_end(const std::string& text, bool& address) {
    in_addr parsed = {};
    address = ::inet_pton(AF_INET, text.c_str(), &parsed) == 1;
    if (address) return ntohl(parsed.s_addr);
    return parse_number<std::uint64_t>(text);
}

Result<void> read_range(const YamlNode& node, BulkContent& bulk) {
    XDPBENCH_TRY(const std::string text, read_line(node, "the keys"));
    const std::size_t dots = text.find(kRange);
    bool second = false;
    const auto first = read_end(text.substr(0, dots), bulk.addresses);
    const auto last = dots == std::string::npos
                          ? std::nullopt
                          : read_end(text.substr(dots + kRange.size()), second);
    if (!first || !last || *first > *last || bulk.addresses != second)
        return error_at(node.where, fmt::format("expected a range of keys such as 0..65535 or "
                                                "10.0.0.0..10.0.255.255, found {}",
                                                in_quotes(text)));
    bulk.first = *first;
    bulk.last = *last;
    return {};
}

}  // namespace

bool is_bulk(const YamlNode& node) {
    return find_entry(node, "keys") != nullptr || find_entry(node, "file") != nullptr;
}

Result<BulkContent> read_bulk(const YamlNode& node) {
    BulkContent bulk;
    bulk.where = node.where;
    if (find_entry(node, "file") != nullptr) {
        XDPBENCH_TRY(const Record record, Record::read(node, "the map entries", {"file"}));
        XDPBENCH_TRY(const std::string file, read_line(record.at("file"), "the file"));
        bulk.file = std::filesystem::path(node.where.file).parent_path() / file;
        return bulk;
    }
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "the map entries", {"keys", "value"}, {"key"}));
    XDPBENCH_CHECK(read_range(record.at("keys"), bulk));
    const YamlNode* const key = record.find("key");
    bulk.key = key != nullptr ? to_value(*key) : model::Value{record.at("keys").where, "i"};
    bulk.value = to_value(record.at("value"));
    return bulk;
}

}  // namespace xdpbench::scenario
