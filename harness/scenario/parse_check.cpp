#include "scenario/parse_check.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "packet/frame.h"
#include "scenario/diagnostic.h"
#include "scenario/parse_parts.h"

namespace xdpbench::scenario {
namespace {

constexpr std::uint64_t kMostQueues = 64;
constexpr double kLongestWaitSeconds = 60;
// What a page of a test run has room for: 4,096 bytes less the headroom (XDP_PACKET_HEADROOM, 256)
// and struct skb_shared_info (320).
constexpr std::uint64_t kLongestLinearPart = 3520;

Result<std::uint32_t> read_linear(const YamlNode& node) {
    XDPBENCH_TRY(const std::uint64_t bytes, read_number(node, "the length of the linear part"));
    if (bytes >= packet::kEthernetHeaderBytes && bytes <= kLongestLinearPart)
        return static_cast<std::uint32_t>(bytes);
    return error_at(node.where,
                    fmt::format("expected a length of the linear part from {} to {} "
                                "bytes, found {}",
                                packet::kEthernetHeaderBytes, kLongestLinearPart, bytes));
}

Result<FrameContext> read_context(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "ctx", {}, {"ingress", "rx_queue", "metadata", "linear"}));
    FrameContext context;
    context.where = node.where;
    if (const auto* ingress = record.find("ingress")) {
        XDPBENCH_TRY(context.ingress, read_line(*ingress, "the ingress interface"));
    }
    if (const auto* queue = record.entry("rx_queue")) {
        XDPBENCH_TRY(const std::uint64_t number, read_number(queue->value, "the receive queue"));
        if (context.ingress.empty())
            return error_at(queue->where,
                            "key 'rx_queue' without an interface: expected 'ingress' next to it");
        if (number >= kMostQueues)
            return error_at(queue->value.where,
                            fmt::format("expected a receive queue from 0 to {}, "
                                        "found {}",
                                        kMostQueues - 1, number));
        context.rx_queue = static_cast<std::uint32_t>(number);
    }
    if (const auto* metadata = record.find("metadata")) {
        XDPBENCH_TRY(context.metadata, read_metadata(*metadata, MetadataUse::given));
    }
    if (const auto* linear = record.find("linear")) {
        XDPBENCH_TRY(context.linear, read_linear(*linear));
    }
    return context;
}

Result<double> read_wait(const YamlNode& node) {
    XDPBENCH_TRY(const std::string text, read_line(node, "the time to wait"));
    const std::optional<double> seconds = parse_duration(text);
    if (seconds && *seconds <= kLongestWaitSeconds) return *seconds;
    return error_at(node.where,
                    fmt::format("expected a time such as 50ms, up to {:.0f} s, found {}",
                                kLongestWaitSeconds, in_quotes(text)));
}

Result<Step> read_step(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "the step", {"in", "expect"}, {"ctx", "wait", "set"}));
    Step step;
    step.where = node.where;
    XDPBENCH_TRY(step.in, read_frame_ref(record.at("in")));
    if (const auto* context = record.find("ctx")) {
        XDPBENCH_TRY(step.context, read_context(*context));
    }
    if (const auto* wait = record.find("wait")) {
        XDPBENCH_TRY(step.wait_seconds, read_wait(*wait));
    }
    if (const auto* set = record.find("set")) {
        XDPBENCH_TRY(step.set, read_map_changes(*set));
    }
    step.expect = record.at("expect");
    return step;
}

Result<Check> read_check(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "the check", {"name", "steps"}, {"globals", "maps", "expect"}));
    Check check;
    check.where = node.where;
    XDPBENCH_TRY(check.name, read_line(record.at("name"), "the check's name"));
    XDPBENCH_TRY(check.configuration, read_configuration(record));
    XDPBENCH_TRY(check.steps, read_list<Step>(record.at("steps"), "steps", read_step));
    if (const auto* expect = record.find("expect")) check.expect = *expect;
    return check;
}

}  // namespace

Result<std::vector<Check>> read_checks(const YamlNode& node) {
    XDPBENCH_TRY(std::vector<Check> checks, read_list<Check>(node, "checks", read_check));
    std::map<std::string, model::Location> names;
    for (const Check& check : checks) {
        const auto [first, is_new] = names.try_emplace(check.name, check.where);
        if (is_new) continue;
        return error_at(check.where, fmt::format("check {} has the name of the one at line {}",
                                                 in_quotes(check.name), first->second.line));
    }
    return checks;
}

}  // namespace xdpbench::scenario
