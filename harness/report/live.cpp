#include "report/live.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace xdpbench {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, 5> kActionNames{"XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX",
                                                  "XDP_REDIRECT"};
constexpr double kBitsPerByte = 8;
constexpr double kMega = 1e6;

std::string clock_now() { return fmt::format("{:%H:%M:%S}", fmt::localtime(std::time(nullptr))); }

std::string utc_now() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

// Text of object files need not be UTF-8.
std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, nlohmann::detail::error_handler_t::replace) + "\n";
}

std::string jited_text(std::uint32_t bytes) {
    return bytes == 0 ? "not jited" : fmt::format("{} bytes jited", thousands(bytes));
}

std::string action_row(const char* name, const LiveAction& action, double seconds) {
    return fmt::format("  {:<14}{:>15}{:>15.1f}{:>13.3f}\n", name, thousands(action.packets.total),
                       action.packets.rate(seconds),
                       action.bytes.rate(seconds) * kBitsPerByte / kMega);
}

// "  CPU 1         1,000.2 XDP_DROP, 3.0 XDP_PASS a second"; empty if it handled nothing.
std::string cpu_row(const LiveCpu& cpu, double seconds) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < cpu.actions.size(); ++i) {
        const LiveCount& packets = cpu.actions[i].packets;
        if (packets.added != 0)
            parts.push_back(fmt::format("{:.1f} {}", packets.rate(seconds), kActionNames[i]));
    }
    if (parts.empty()) return {};
    return fmt::format("  CPU {:<10}{} a second\n", cpu.cpu, fmt::join(parts, ", "));
}

std::string actions_text(const LiveSample& sample) {
    std::string rows;
    for (std::size_t i = 0; i < kActionNames.size(); ++i) {
        const LiveAction& action = (*sample.actions)[i];
        if (action.packets.total != 0) rows += action_row(kActionNames[i], action, sample.seconds);
    }
    if (rows.empty()) return "  no frames yet\n";
    rows = fmt::format("  {:<14}{:>15}{:>15}{:>13}\n", "", "packets", "packets/s", "Mbit/s") + rows;
    for (const LiveCpu& cpu : sample.cpus) rows += cpu_row(cpu, sample.seconds);
    return rows;
}

std::string driver_text(const LiveSample& sample) {
    std::string rows;
    for (const auto& [name, count] : sample.driver) {
        if (count.total != 0) {
            rows += fmt::format("  {:<26}{:>15}{:>15.1f} a second\n", name, thousands(count.total),
                                count.rate(sample.seconds));
        }
    }
    return rows.empty() ? "  no frames yet\n" : rows;
}

Json to_json(const LiveCount& count, double seconds) {
    return {{"total", count.total}, {"added", count.added}, {"per_second", count.rate(seconds)}};
}

Json to_json(const LiveActions& actions, double seconds) {
    Json json = Json::object();
    for (std::size_t i = 0; i < actions.size(); ++i) {
        json[kActionNames[i]] = {{"packets", to_json(actions[i].packets, seconds)},
                                 {"bytes", to_json(actions[i].bytes, seconds)}};
    }
    return json;
}

Json to_json(const std::string& kind, const LiveStatus& status) {
    return {{"kind", kind},
            {"time", utc_now()},
            {"interface", status.interface},
            {"driver", status.driver},
            {"mode", status.mode},
            {"id", status.id},
            {"name", status.name},
            {"object", status.object},
            {"tag", status.tag},
            {"jited_bytes", status.jited_bytes},
            {"link", status.link},
            {"counted_by", status.counted_by}};
}

std::string status_text(const LiveStatus& status) {
    return fmt::format("{} ({}): {}, id {}, tag {}, {}, {} mode, link {}\n  counted by {}\n",
                       status.interface, status.driver.empty() ? "no driver's name" : status.driver,
                       status.name, status.id, status.tag, jited_text(status.jited_bytes),
                       status.mode, status.link, status.counted_by);
}

}  // namespace

std::string sample_text(const LiveSample& sample, const std::string& clock) {
    std::string text = fmt::format("{}  {:.3f} s\n", clock, sample.seconds);
    if (sample.actions) {
        text += actions_text(sample);
    } else if (!sample.driver.empty()) {
        text += driver_text(sample);
    }
    return text;
}

std::string sample_json(const LiveSample& sample, const std::string& time) {
    Json json{{"kind", "sample"}, {"time", time}, {"seconds", sample.seconds}};
    if (sample.actions) {
        json["actions"] = to_json(*sample.actions, sample.seconds);
        json["cpus"] = Json::array();
        for (const LiveCpu& cpu : sample.cpus) {
            json["cpus"].push_back(
                {{"cpu", cpu.cpu}, {"actions", to_json(cpu.actions, sample.seconds)}});
        }
    }
    if (!sample.driver.empty()) {
        json["driver"] = Json::object();
        for (const auto& [name, count] : sample.driver)
            json["driver"][name] = to_json(count, sample.seconds);
    }
    return line_of(json);
}

void LiveReport::attached(const LiveStatus& status) {
    if (json_) {
        fmt::print("{}", line_of(to_json("attached", status)));
    } else {
        fmt::print("{}  until interrupted (Ctrl-C); commands on standard input: help\n\n",
                   status_text(status));
    }
}

void LiveReport::replaced(const LiveStatus& status) {
    fmt::print("{}", json_ ? line_of(to_json("replaced", status))
                           : "replaced in place\n" + status_text(status));
}

void LiveReport::sample(const LiveSample& sample) {
    fmt::print("{}", json_ ? sample_json(sample, utc_now()) : sample_text(sample, clock_now()));
}

void LiveReport::detached(const LiveStatus& status, const std::string& reason) {
    if (json_) {
        Json json = to_json("detached", status);
        json["reason"] = reason;
        fmt::print("{}", line_of(json));
    } else {
        fmt::print("{}: detached ({})\n", status.interface, reason);
    }
}

void LiveReport::answer(const std::string& lines) {
    fmt::print(json_ ? stderr : stdout, "{}", lines);
}

bool LiveReport::flush() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

}  // namespace xdpbench
