#include "report/device_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace xdpbench::report {

std::string device_text(const model::DeviceRecord& device) {
    std::string text = fmt::format("device {}\n", device.name);
    const auto line = [&](const char* key, const std::string& value) {
        text += fmt::format("  {:<22} {}\n", key, value.empty() ? "not reported" : value);
    };
    const auto numbers = [](const std::vector<std::pair<std::string, std::uint32_t>>& named) {
        std::vector<std::string> parts;
        parts.reserve(named.size());
        for (const auto& [name, number] : named)
            parts.push_back(fmt::format("{} {}", name, number));
        return fmt::format("{}", fmt::join(parts, ", "));
    };
    line("driver", device.driver);
    line("firmware", device.firmware);
    line("state", fmt::format("{}, {}", device.up ? "up" : "down",
                              device.carrier ? "with carrier" : "no carrier"));
    line("queues", numbers(device.queues));
    line("MTU", fmt::format("{} ({} to {})", device.mtu, device.min_mtu, device.max_mtu));
    line("features switched on", fmt::format("{}", fmt::join(device.features, ", ")));
    line("XDP declared",
         device.declares
             ? fmt::format("{} (0x{:x})", device.declared_names, device.declared_features)
             : "unknown: this kernel has no netlink family netdev (6.3)");
    std::vector<std::pair<std::string, std::uint32_t>> attached;
    for (const auto& [mode, program] : device.attached)
        attached.emplace_back(model::mode_name(mode), program);
    line("XDP attached", device.attached.empty() ? "nothing" : "program ids: " + numbers(attached));
    if (device.modes.empty()) line("attach modes", device.modes_untried);
    for (const model::AttachModeRecord& mode : device.modes) {
        line(fmt::format("{} attach", model::mode_name(mode.mode)).c_str(),
             fmt::format("{:<8} {}", mode.works ? "works" : "missing", mode.answer));
    }
    line("largest MTU with XDP",
         device.max_mtu_with_xdp == 0
             ? device.max_mtu_with_xdp_source
             : fmt::format("{}, {}", device.max_mtu_with_xdp, device.max_mtu_with_xdp_source));
    return text;
}

}  // namespace xdpbench::report
