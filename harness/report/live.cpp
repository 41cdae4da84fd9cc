#include "report/live.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/number.h"
#include "base/print.h"
#include "base/text.h"
#include "report/json_parts.h"

namespace xdpbench::report {
namespace {

constexpr double kBitsPerByte = 8;

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

std::string action_row(std::string_view name, const model::LiveAction& action, double seconds) {
    return fmt::format("  {:<14}{:>15}{:>15.1f}{:>13.3f}\n", name, thousands(action.packets.total),
                       action.packets.rate(seconds),
                       action.bytes.rate(seconds) * kBitsPerByte / model::kMega);
}

// "  CPU 1         1,000.2 XDP_DROP, 3.0 XDP_PASS a second"; empty if it handled nothing.
std::string cpu_row(const model::LiveCpu& cpu, double seconds) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < cpu.actions.size(); ++i) {
        const model::LiveCount& packets = cpu.actions[i].packets;
        if (packets.added != 0)
            parts.push_back(fmt::format("{:.1f} {}", packets.rate(seconds),
                                        model::action_name(static_cast<model::Action>(i))));
    }
    if (parts.empty()) return {};
    return fmt::format("  CPU {:<10}{} a second\n", cpu.cpu, fmt::join(parts, ", "));
}

std::string actions_text(const model::LiveSample& sample) {
    std::string rows;
    for (int i = 0; i < model::kActionCount; ++i) {
        const model::LiveAction& action = (*sample.actions)[static_cast<std::size_t>(i)];
        if (action.packets.total != 0)
            rows += action_row(model::action_name(static_cast<model::Action>(i)), action,
                               sample.seconds);
    }
    if (rows.empty()) return "  no frames yet\n";
    rows = fmt::format("  {:<14}{:>15}{:>15}{:>13}\n", "", "packets", "packets/s", "Mbit/s") + rows;
    for (const model::LiveCpu& cpu : sample.cpus) rows += cpu_row(cpu, sample.seconds);
    return rows;
}

std::string driver_text(const model::LiveSample& sample) {
    std::string rows;
    for (const auto& [name, count] : sample.driver) {
        if (count.total != 0) {
            rows += fmt::format("  {:<26}{:>15}{:>15.1f} a second\n", name, thousands(count.total),
                                count.rate(sample.seconds));
        }
    }
    return rows.empty() ? "  no frames yet\n" : rows;
}

// "  events                    1,234          617.0 a second, lost 3"
std::string events_row(const model::LiveEvents& events, double seconds) {
    const std::string lost =
        events.lost ? "lost " + thousands(events.lost->total)
                    : fmt::format("losses unknown: the program has no global {}_lost", events.map);
    const std::string not_shown =
        events.not_shown == 0 ? "" : fmt::format(", {} not shown", thousands(events.not_shown));
    return fmt::format("  {:<14}{:>15}{:>15.1f} events a second, {}{}\n", events.map,
                       thousands(events.received.total), events.received.rate(seconds), lost,
                       not_shown);
}

const std::string* find_text(const model::Value::Fields& fields, std::string_view name) {
    const auto found =
        std::find_if(fields.begin(), fields.end(),
                     [&](const model::Value::Field& field) { return field.name == name; });
    return found == fields.end() ? nullptr : found->value.scalar();
}

std::string protocol_name(const std::string& number) {
    const auto is = [&](int protocol) { return number == std::to_string(protocol); };
    return is(IPPROTO_ICMP) ? "ICMP" : is(IPPROTO_TCP) ? "TCP" : is(IPPROTO_UDP) ? "UDP" : number;
}

// Integers are numbers, every other single value a text.
Json to_json(const model::Value& value) {
    if (const model::Value::List* const list = value.list()) {
        Json json = Json::array();
        for (const model::Value& item : *list) json.push_back(to_json(item));
        return json;
    }
    if (const model::Value::Fields* const fields = value.fields()) {
        Json json = Json::object();
        for (const auto& [name, part] : *fields) json[name] = to_json(part);
        return json;
    }
    const std::string& text = *value.scalar();
    if (const auto number = parse_number<std::uint64_t>(text)) return Json(*number);
    if (const auto number = parse_number<std::int64_t>(text)) return Json(*number);
    return Json(text);
}

Json to_json(const model::LiveCount& count, double seconds) {
    return {{"total", count.total}, {"added", count.added}, {"per_second", count.rate(seconds)}};
}

Json to_json(const model::LiveActions& actions, double seconds) {
    Json json = Json::object();
    for (std::size_t i = 0; i < actions.size(); ++i) {
        json[model::action_name(static_cast<model::Action>(i))] = {
            {"packets", to_json(actions[i].packets, seconds)},
            {"bytes", to_json(actions[i].bytes, seconds)}};
    }
    return json;
}

Json to_json(const std::string& kind, const model::LiveStatus& status) {
    return {{"kind", kind},
            {"time", utc_now()},
            {"interface", status.interface},
            {"driver", status.driver},
            {"mode", model::mode_name(status.mode)},
            {"id", status.id},
            {"name", status.name},
            {"object", status.object},
            {"tag", status.tag},
            {"jited_bytes", status.jited_bytes},
            {"link", status.link},
            {"counted_by", status.counted_by}};
}

std::string status_text(const model::LiveStatus& status) {
    return fmt::format("{} ({}): {}, id {}, tag {}, {}, {} mode, link {}\n  counted by {}\n",
                       status.interface, status.driver.empty() ? "no driver's name" : status.driver,
                       status.name, status.id, status.tag, jited_text(status.jited_bytes),
                       model::mode_name(status.mode), status.link, status.counted_by);
}

}  // namespace

std::string sample_text(const model::LiveSample& sample, const std::string& clock) {
    std::string text = fmt::format("{}  {:.3f} s\n", clock, sample.seconds);
    if (sample.actions) {
        text += actions_text(sample);
    } else if (!sample.driver.empty()) {
        text += driver_text(sample);
    }
    for (const model::LiveEvents& events : sample.events)
        text += events_row(events, sample.seconds);
    return text;
}

std::string sample_json(const model::LiveSample& sample, const std::string& time) {
    Json json{{"kind", "sample"}, {"time", time}, {"seconds", sample.seconds}};
    if (sample.actions) {
        json["actions"] = to_json(*sample.actions, sample.seconds);
        json["cpus"] = Json::array();
        for (const model::LiveCpu& cpu : sample.cpus) {
            json["cpus"].push_back(
                {{"cpu", cpu.cpu}, {"actions", to_json(cpu.actions, sample.seconds)}});
        }
    }
    if (!sample.driver.empty()) {
        json["driver"] = Json::object();
        for (const auto& [name, count] : sample.driver)
            json["driver"][name] = to_json(count, sample.seconds);
    }
    json["events"] = Json::array();
    for (const model::LiveEvents& events : sample.events) {
        Json one{{"map", events.map}, {"received", to_json(events.received, sample.seconds)}};
        if (events.lost) one["lost"] = to_json(*events.lost, sample.seconds);
        one["not_shown"] = events.not_shown;
        json["events"].push_back(std::move(one));
    }
    return line_of(json);
}

std::string event_text(const model::LiveEvent& event) {
    if (const model::Value::Fields* const fields = event.record.fields()) {
        const std::string* const source = find_text(*fields, "source");
        const std::string* const destination = find_text(*fields, "destination");
        const std::string* const source_port = find_text(*fields, "source_port");
        const std::string* const destination_port = find_text(*fields, "destination_port");
        const std::string* const protocol = find_text(*fields, "protocol");
        if (source != nullptr && destination != nullptr && source_port != nullptr &&
            destination_port != nullptr && protocol != nullptr) {
            return fmt::format("Packet: {}:{} -> {}:{}, protocol: {}\n", *source, *source_port,
                               *destination, *destination_port, protocol_name(*protocol));
        }
    }
    return fmt::format("{}: {}\n", event.map, event.text);
}

std::string event_json(const model::LiveEvent& event, const std::string& time) {
    Json json{{"kind", "event"}, {"time", time}, {"map", event.map}, {"number", event.number}};
    if (event.cpu >= 0) json["cpu"] = event.cpu;
    json["record"] = to_json(event.record);
    return line_of(json);
}

void LiveReport::attached(const model::LiveStatus& status) {
    pending_ += json_ ? line_of(to_json("attached", status))
                      : escaped(status_text(status)) +
                            "  until interrupted (Ctrl-C); commands on standard input: help\n\n";
}

void LiveReport::replaced(const model::LiveStatus& status) {
    pending_ += json_ ? line_of(to_json("replaced", status))
                      : "replaced in place\n" + escaped(status_text(status));
}

void LiveReport::sample(const model::LiveSample& sample) {
    pending_ += json_ ? sample_json(sample, utc_now()) : escaped(sample_text(sample, clock_now()));
}

void LiveReport::event(const model::LiveEvent& event) {
    pending_ += json_ ? event_json(event, utc_now()) : escaped(event_text(event));
}

void LiveReport::detached(const model::LiveStatus& status, const std::string& reason) {
    if (json_) {
        Json json = to_json("detached", status);
        json["reason"] = reason;
        pending_ += line_of(json);
    } else {
        pending_ += escaped(fmt::format("{}: detached ({})\n", status.interface, reason));
    }
}

void LiveReport::answer(const std::string& lines) {
    if (json_) {
        print(stderr, "{}", lines);
    } else {
        pending_ += escaped(lines);
    }
}

bool LiveReport::flush() {
    std::size_t written = 0;
    while (written < pending_.size()) {
        const ssize_t count =
            ::write(STDOUT_FILENO, pending_.data() + written, pending_.size() - written);
        if (count < 0 && errno != EINTR) return false;
        if (count < 0) break;
        written += static_cast<std::size_t>(count);
    }
    pending_.erase(0, written);
    return true;
}

}  // namespace xdpbench::report
