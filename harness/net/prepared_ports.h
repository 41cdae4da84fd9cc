// Ports whose settings are changed for a run and restored after it, however it ends.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/namespaces.h"
#include "net/netns.h"
#include "net/port_settings.h"
#include "net/port_state.h"
#include "net/settings_record.h"

namespace xdpbench::net {

class PreparedPorts {
  public:
    // Switches off what is in the way on the ports (settings_in_the_way()), recorded first. A
    // setting that the driver does not let go stays and is named by refused(). Nothing is changed
    // if the record cannot be written.
    static Result<PreparedPorts> prepare(const NetNs& netns, const std::vector<std::string>& ports,
                                         const std::filesystem::path& folder = kPreparedFolder);

    PreparedPorts(PreparedPorts&& other) noexcept;
    PreparedPorts& operator=(PreparedPorts&&) = delete;
    PreparedPorts(const PreparedPorts&) = delete;
    PreparedPorts& operator=(const PreparedPorts&) = delete;
    ~PreparedPorts();  // restores

    [[nodiscard]] const std::vector<PortSetting>& changed() const { return changed_; }
    [[nodiscard]] const std::vector<Error>& refused() const { return refused_; }

    // Puts back what was changed, in the opposite order, and removes the record. What cannot be put
    // back stays recorded.
    Result<void> restore();

  private:
    PreparedPorts(NetNs netns, std::filesystem::path record)
        : netns_(std::move(netns)), record_(std::move(record)) {}

    NetNs netns_;
    std::filesystem::path record_;
    std::vector<PortSetting> changed_;  // were on, are off
    std::vector<Error> refused_;
};

// Settings that a run changed which was killed before it could restore them.
struct LeftSettings {
    std::filesystem::path record;
    std::vector<PortSetting> were_on;
    std::vector<PortState> were;  // with another value
};

// In the caller's network namespace; oldest first. Records of runs that go on are not among them.
[[nodiscard]] std::vector<LeftSettings> left_settings(
    const std::filesystem::path& folder = kPreparedFolder);

// The same of ports in another network namespace.
struct LeftElsewhere {
    LeftSettings settings;
    std::string namespace_id;  // "net:[4026531840]"
    std::string name;          // in /run/netns; empty: it has none there
    bool gone = false;         // its number is that of a later one
};
[[nodiscard]] std::vector<LeftElsewhere> left_elsewhere(
    const std::filesystem::path& folder = kPreparedFolder,
    const std::filesystem::path& names = kNamedNamespaces);
// Removes the record of settings that nobody can restore any more.
Result<void> forget(const LeftSettings& left);
// Puts them back in the opposite order and removes the record. All are tried; the first error is
// returned, and the record stays. A port that is gone is no error.
Result<void> restore_left(const LeftSettings& left);

}  // namespace xdpbench::net
