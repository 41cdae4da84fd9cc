#include "remote/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/enum_names.h"
#include "base/number.h"
#include "base/text.h"
#include "packet/hex.h"
#include "remote/json_fields.h"

namespace xdpbench::remote {
namespace {

constexpr std::array<std::string_view, 2> kThroughNames{"xdp", "socket"};
constexpr std::array<std::string_view, 5> kErrorKinds{"input", "system", "unavailable", "invalid",
                                                      "interrupted"};
constexpr double kHighestRate = 1e11;  // more than any machine sends

Json hex_of(const packet::Frames& frames) {
    Json list = Json::array();
    for (const packet::Frame& frame : frames) list.push_back(packet::to_hex(frame.bytes));
    return list;
}

template <class Enum, std::size_t Count>
void read_name(JsonFields& fields, const char* key,
               const std::array<std::string_view, Count>& names, std::optional<Enum>& value) {
    std::string text;
    fields.read(key, text);
    if (text.empty()) return;
    value = find_name<Enum>(names, text);
    const std::vector<std::string> all(names.begin(), names.end());
    if (!value) fields.wrong(key, fmt::format("is \"{}\"{}", text, what_there_is(text, all)));
}

// What is at its default is left out of a line.
template <class Value>
void put(Json& json, const char* key, const Value& value, const Value& usual = {}) {
    if (value != usual) json[key] = value;
}
template <class Value>
void put(Json& json, const char* key, const std::optional<Value>& value) {
    if (value) json[key] = *value;
}

Json json_of(const Error& error) {
    Json json{{"kind", kErrorKinds.at(static_cast<std::size_t>(error.kind))}, {"what", error.what}};
    put(json, "cause", error.cause);
    put(json, "advice", error.advice);
    return json;
}

Json json_of(const PortState& port) {
    return Json{{"name", port.name},
                {"index", port.index},
                {"mac", packet::to_hex(port.mac)},
                {"mtu", port.mtu},
                {"driver", port.driver},
                {"firmware", port.firmware},
                {"up", port.up},
                {"carrier", port.carrier},
                {"reorders", port.reorders},
                {"strips_vlan", port.strips_vlan},
                {"carrier_wait_ms", port.carrier_wait_ms},
                {"addresses", port.addresses},
                {"features", port.features},
                {"declares", port.declares}};
}

// A Result<Error> would take it for its own error.
Result<void> read_error(const Json& json, Error& error) {
    JsonFields fields(json);
    std::optional<ErrorKind> kind;
    read_name(fields, "kind", kErrorKinds, kind);
    fields.read("what", error.what);
    fields.read("cause", error.cause);
    fields.read("advice", error.advice);
    XDPBENCH_CHECK(fields.result());
    error.kind = kind.value_or(ErrorKind::system);
    return {};
}

Result<PortState> parse_port(const Json& json) {
    JsonFields fields(json);
    PortState port;
    std::vector<std::uint8_t> mac;
    fields.read("name", port.name);
    fields.read("index", port.index);
    fields.read("mac", mac);
    fields.read("mtu", port.mtu);
    fields.read("driver", port.driver);
    fields.read("firmware", port.firmware);
    fields.read("up", port.up);
    fields.read("carrier", port.carrier);
    fields.read("reorders", port.reorders);
    fields.read("strips_vlan", port.strips_vlan);
    fields.read("carrier_wait_ms", port.carrier_wait_ms);
    fields.read("addresses", port.addresses);
    fields.read("features", port.features);
    fields.read("declares", port.declares);
    if (mac.size() == port.mac.size())
        std::copy(mac.begin(), mac.end(), port.mac.begin());
    else
        fields.wrong("mac", "is no MAC address");
    XDPBENCH_CHECK(fields.result());
    return port;
}

Result<Sent> parse_sent(const Json& json) {
    constexpr double kLongest = 1e9;
    JsonFields fields(json);
    Sent sent;
    fields.read("frames", sent.frames);
    fields.read("seconds", sent.seconds, 0, kLongest);
    fields.read("worst_lag", sent.worst_lag, 0, kLongest);
    fields.read_list("first_each", sent.first_each);
    fields.read_list("frames_each", sent.frames_each);
    if (sent.first_each.size() != sent.frames_each.size())
        fields.wrong("first_each", "has another length than \"frames_each\"");
    XDPBENCH_CHECK(fields.result());
    return sent;
}

// A number of frames a second, or text with a unit.
void read_rate(JsonFields& fields, const Json& json, double& rate) {
    const auto found = json.find("rate");
    if (found == json.end() || !found->is_string()) {
        fields.read("rate", rate, 0, kHighestRate);
        if (rate > 0 && rate < 1)
            fields.wrong("rate",
                         "is below 1 frame a second: expected 1 or more, or 0 for all that "
                         "can be sent");
        return;
    }
    std::string text;
    fields.read("rate", text);
    const Result<double> parsed = parse_rate_text(text);
    if (!parsed) return fields.wrong("rate", "is no rate: " + parsed.error().what);
    rate = *parsed;
}

// What the generator would only refuse when it sends, or ignore.
void require_useful(JsonFields& fields, const Json& json, const Request& request) {
    for (const packet::Frame& frame : request.traffic) {
        if (frame.bytes.size() < packet::kEthernetHeaderBytes)
            fields.wrong("traffic", fmt::format("has a frame of {}: an Ethernet header has {}",
                                                counted(frame.bytes.size(), "byte"),
                                                packet::kEthernetHeaderBytes));
    }
    if (json.contains("traffic") && request.traffic.empty())
        fields.wrong("traffic", "has no frames");
    if (json.contains("queues") && request.queues == 0)
        fields.wrong("queues", "is 0: expected 1 or more");
}

Result<void> require_keys(const Request& request) {
    const auto missing = [&](const char* key) {
        return input_error(fmt::format("\"{}\" needs \"{}\"", name_of(request.command), key));
    };
    if (request.interface.empty() && request.command != Command::traffic &&
        request.command != Command::restore)
        return missing("interface");
    const bool loads = request.command == Command::traffic;
    if (loads && request.pcap.empty() && request.traffic.empty()) return missing("pcap");
    if (!request.pcap.empty() && !request.traffic.empty())
        return input_error("\"pcap\" and \"traffic\" do not go together");
    if (request.cpus.empty()) return {};
    if (request.frames)
        return input_error("\"frames\" and \"cpus\" do not go together",
                           "generators on several CPUs send for \"seconds\"");
    if (request.through == Through::socket)
        return input_error("\"cpus\" does not go with \"through\": \"socket\"",
                           "generators on several CPUs are in the kernel");
    return {};
}

}  // namespace

std::string_view name_of(Command command) {
    return kCommandNames.at(static_cast<std::size_t>(command));
}

Result<double> parse_rate_text(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 3> kUnits{
        {{"pps", 1}, {"kpps", 1e3}, {"Mpps", 1e6}}};
    const auto parts = parse_quantity(text);
    for (const auto& [unit, factor] : kUnits) {
        if (!parts || parts->second != unit) continue;
        const double rate = parts->first * factor;
        if (rate >= 1 && rate <= kHighestRate) return rate;
    }
    return input_error(fmt::format("{} is no rate", text), "write it as 800pps, 500kpps, 1.5Mpps");
}

std::string line_of(const Greeting& greeting) {
    return line_of(Json{{"xdp-bench", greeting.version},
                        {"protocol", greeting.protocol},
                        {"kernel", greeting.kernel},
                        {"host", greeting.host},
                        {"connection", greeting.connection},
                        {"cpus", greeting.cpus}});
}

std::optional<Greeting> parse_greeting(std::string_view line) {
    const Result<Json> json = parse_object(line, "line");
    if (!json || !json->contains("xdp-bench")) return std::nullopt;
    Greeting greeting;
    JsonFields fields(*json);
    fields.read("xdp-bench", greeting.version);
    fields.read("protocol", greeting.protocol);
    fields.read("kernel", greeting.kernel);
    fields.read("host", greeting.host);
    fields.read("connection", greeting.connection);
    fields.read_list("cpus", greeting.cpus);
    return greeting;  // with what an older or newer one tells
}

std::string line_of(const Request& request) {
    const Request usual;
    Json json{{"command", name_of(request.command)}};
    put(json, "interface", request.interface);
    put(json, "frames", request.frames);
    put(json, "rate", request.rate);
    put(json, "seconds", request.seconds, usual.seconds);
    put(json, "cpus", request.cpus);
    if (request.through)
        json["through"] = kThroughNames.at(static_cast<std::size_t>(*request.through));
    put(json, "pcap", request.pcap);
    if (!request.traffic.empty()) json["traffic"] = hex_of(request.traffic);
    put(json, "more", request.more);
    put(json, "flows", request.flows);
    put(json, "length", request.length);
    put(json, "fragments", request.fragments);
    put(json, "first", request.first);
    if (!request.match.empty()) json["match"] = packet::to_hex(request.match);
    put(json, "match_offset", request.match_offset);
    put(json, "take_over", request.take_over);
    put(json, "mtu", request.mtu);
    put(json, "up", request.up);
    put(json, "queues", request.queues);
    put(json, "prepare", request.prepare);
    return line_of(json);
}

Result<Request> parse_request(std::string_view line) {
    XDPBENCH_TRY(const Json json, parse_object(line, "command"));
    JsonFields fields(json);
    std::optional<Command> command;
    read_name(fields, "command", kCommandNames, command);
    if (!command && !json.contains("command")) fields.wrong("command", "is missing");
    Request request;
    request.command = command.value_or(Command::port);
    fields.read("interface", request.interface);
    fields.read("frames", request.frames, kMostFrames);
    read_rate(fields, json, request.rate);
    fields.read("seconds", request.seconds, 0, kLongestSeconds);
    fields.read_list("cpus", request.cpus);
    read_name(fields, "through", kThroughNames, request.through);
    fields.read("pcap", request.pcap);
    fields.read("traffic", request.traffic);
    fields.read("more", request.more);
    fields.read("flows", request.flows, 1U << 24);
    fields.read("length", request.length, packet::kLongestFrameBytes);
    fields.read("fragments", request.fragments);
    fields.read("first", request.first);
    fields.read("match", request.match);
    fields.read("match_offset", request.match_offset);
    fields.read("take_over", request.take_over);
    fields.read("mtu", request.mtu);
    fields.read("up", request.up);
    fields.read("queues", request.queues);
    fields.read("prepare", request.prepare);
    require_useful(fields, json, request);
    XDPBENCH_CHECK(fields.result());
    XDPBENCH_CHECK(require_keys(request));
    return request;
}

std::string line_of(const Reply& reply) {
    Json json = Json::object();
    if (reply.command) json["reply"] = name_of(*reply.command);
    if (reply.error) {
        json["error"] = json_of(*reply.error);
        return line_of(json);
    }
    if (reply.port) json["port"] = json_of(*reply.port);
    const bool settings = reply.command == Command::set || reply.command == Command::restore;
    if (settings) json["changed"] = reply.changed;
    put(json, "refused", reply.refused);
    if (reply.command == Command::traffic) json["loaded"] = reply.loaded;
    if (reply.sent) {
        Json& sent = json["sent"] = Json{{"frames", reply.sent->frames},
                                         {"seconds", reply.sent->seconds},
                                         {"worst_lag", reply.sent->worst_lag}};
        put(sent, "first_each", reply.sent->first_each);
        put(sent, "frames_each", reply.sent->frames_each);
    }
    if (reply.command == Command::arrived || reply.command == Command::captured ||
        reply.command == Command::end) {
        json["arrived"] = reply.arrived;
        json["kept"] = reply.kept;
    }
    if (reply.command == Command::captured) {
        json["frames"] = hex_of(reply.frames);
        json["next"] = reply.next;
    }
    return line_of(json);
}

Result<Reply> parse_reply(std::string_view line) {
    XDPBENCH_TRY(const Json json, parse_object(line, "reply"));
    JsonFields fields(json);
    Reply reply;
    read_name(fields, "reply", kCommandNames, reply.command);
    if (const Json* const error = fields.object("error")) {
        XDPBENCH_CHECK(read_error(*error, reply.error.emplace()));
    }
    if (const Json* const port = fields.object("port")) {
        XDPBENCH_TRY(reply.port, parse_port(*port));
    }
    if (const Json* const sent = fields.object("sent")) {
        XDPBENCH_TRY(reply.sent, parse_sent(*sent));
    }
    fields.read("changed", reply.changed);
    fields.read("refused", reply.refused);
    fields.read("loaded", reply.loaded);
    fields.read("arrived", reply.arrived);
    fields.read("kept", reply.kept);
    fields.read("frames", reply.frames);
    fields.read("next", reply.next);
    XDPBENCH_CHECK(fields.result());
    return reply;
}

}  // namespace xdpbench::remote
