#include "remote/test_environment.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/file.h"
#include "base/text.h"

namespace xdpbench::remote {
namespace {

constexpr std::array<const char*, 7> kNames{"NETIF",     "LOCAL_V4",    "LOCAL_V6",   "REMOTE_V4",
                                            "REMOTE_V6", "REMOTE_TYPE", "REMOTE_ARGS"};
constexpr const char* kFile = "net.config";

std::string_view without_quotes(std::string_view value) {
    const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
                        value.back() == value.front();
    return quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

Result<void> read_net_config(std::string_view text, const std::string& name,
                             TestVariables& variables) {
    std::size_t number = 0;
    for (const std::string& whole : split(text, '\n')) {
        ++number;
        const std::string_view line = trim(std::string_view(whole).substr(0, whole.find('#')));
        if (line.empty()) continue;
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos || equals == 0)
            return input_error(
                fmt::format("{}:{}: this is not NAME=VALUE: {}", name, number, line));
        variables[std::string(trim(line.substr(0, equals)))] =
            without_quotes(trim(line.substr(equals + 1)));
    }
    return {};
}

Result<TestEnvironment> test_environment(const TestVariables& variables) {
    const auto value = [&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string() : found->second;
    };
    TestEnvironment environment{value("NETIF"),     value("LOCAL_V4"),  value("LOCAL_V6"),
                                value("REMOTE_V4"), value("REMOTE_V6"), {}};
    constexpr const char* kAdvice =
        "set it, or write NAME=VALUE into net.config: NETIF, LOCAL_V4, REMOTE_V4, REMOTE_TYPE "
        "(ssh or netns), REMOTE_ARGS";
    if (environment.device.empty()) return input_error("NETIF is not set", kAdvice);
    const std::string type = value("REMOTE_TYPE");
    const std::string arguments = value("REMOTE_ARGS");
    if (type.empty() && arguments.empty() && environment.peer_address().empty()) return environment;
    if (type != "ssh" && type != "netns")
        return input_error(fmt::format("REMOTE_TYPE is \"{}\", neither ssh nor netns", type),
                           kAdvice);
    if (arguments.empty())
        return input_error("REMOTE_TYPE is set, and REMOTE_ARGS is not", kAdvice);
    if (environment.peer_address().empty())
        return input_error(
            "neither REMOTE_V4 nor REMOTE_V6 is set: the port of the other side is not known",
            kAdvice);
    XDPBENCH_TRY(environment.remote, parse_place(type + ":" + arguments));
    return environment;
}

Result<TestVariables> test_variables() {
    TestVariables variables;
    for (const char* const name : kNames) {
        if (const char* const value = std::getenv(name); value != nullptr) variables[name] = value;
    }
    std::error_code error;
    if (!std::filesystem::exists(kFile, error)) return variables;
    XDPBENCH_TRY(const std::string text, read_file(kFile));
    XDPBENCH_CHECK(read_net_config(text, kFile, variables));
    return variables;
}

}  // namespace xdpbench::remote
