// The network namespaces of this machine, found by their numbers.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace xdpbench::net {

struct FoundNamespace {
    std::string id;              // "net:[4026531840]"
    std::string name;            // in /run/netns; empty: it has none there
    std::filesystem::path path;  // leads into it: "/run/netns/NAME", "/proc/PID/ns/net"
};

// Where namespaces are looked for.
struct NamespacePlaces {
    std::filesystem::path named = "/run/netns";
    std::filesystem::path processes = "/proc";
};

class Namespaces {
  public:
    // What a name in /run/netns, a process, an open file or a mount of any process keeps alive.
    static Namespaces look(const NamespacePlaces& places = {});

    // A name comes before a process, and that before what else keeps it alive.
    [[nodiscard]] std::optional<FoundNamespace> find(const std::string& id) const;
    // Everything could be read: a namespace that was not found does not exist.
    [[nodiscard]] bool complete() const { return complete_; }

  private:
    void look_at_names(const std::filesystem::path& folder);
    void look_at_processes(const std::filesystem::path& folder);
    void look_at_process(const std::filesystem::path& process);
    void look_at_mounts(const std::filesystem::path& process);
    void look_at_link(const std::filesystem::path& link, std::vector<FoundNamespace>& found);

    std::vector<FoundNamespace> by_name_;
    std::vector<FoundNamespace> by_process_;
    std::vector<FoundNamespace> by_other_;
    std::vector<std::string> mount_namespaces_;  // whose mounts were read
    bool complete_ = true;
};

}  // namespace xdpbench::net
