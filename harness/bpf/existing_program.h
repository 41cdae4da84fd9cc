// An XDP program that the kernel has already, whoever loaded it, in whatever language: found and
// described. Nothing of it is changed here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "bpf/loaded_maps.h"
#include "bpf/shared_state.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {

// How the command line names one.
struct ExistingName {
    enum class By { id, tag, pinned, device };
    By by = By::id;
    std::string value;   // "1234", 16 hex digits, a path, an interface
    std::string behind;  // of a device: the program behind a dispatcher; empty: what is attached
};

// "id:1234", "tag:6f7e...", "pinned:/sys/fs/bpf/x", "dev:eth1", "dev:eth1/NAME"; nothing: it is
// none of these.
[[nodiscard]] std::optional<ExistingName> parse_existing_name(const std::string& text);

// A program that a dispatcher of libxdp calls.
struct BehindDispatcher {
    std::uint32_t id = 0;
    std::string name;
};

class ExistingProgram {
  public:
    // The program in the caller's network namespace. Errors, each with its reason: there is none,
    // or several; it is of another type; it is bound to a device; privileges are missing.
    static Result<std::shared_ptr<const ExistingProgram>> find(const std::string& text);

    // To be attached and test-run.
    [[nodiscard]] int fd() const { return runner_.valid() ? runner_.get() : fd_.get(); }
    [[nodiscard]] std::uint32_t id() const { return id_; }
    [[nodiscard]] const std::string& name() const { return name_; }      // whole, if BTF has it
    [[nodiscard]] const std::string& origin() const { return origin_; }  // as it was named
    [[nodiscard]] const btf* types() const { return types_.get(); }
    [[nodiscard]] std::vector<TypedMap> maps() const { return maps_.with_sections(); }
    [[nodiscard]] bool has_frags() const { return frags_; }
    // Those that it calls, if it is a dispatcher, in the order of their links.
    [[nodiscard]] const std::vector<BehindDispatcher>& behind() const { return behind_; }
    // Of the program that is meant itself: not of the one that only calls it.
    [[nodiscard]] int own_fd() const { return fd_.get(); }
    // Its maps and those of the programs that its runs reach, by a dispatcher, tail calls or
    // redirects: what they may change.
    [[nodiscard]] std::vector<TypedMap> state_maps() const;
    // By its instructions, and those of the programs that it calls.
    [[nodiscard]] const SharedState& state() const { return state_; }

  private:
    struct Free {
        void operator()(btf* types) const;
        void operator()(struct bpf_object* object) const;
    };

    ExistingProgram() = default;
    Result<void> describe();
    Result<void> put_behind_runner();

    std::string origin_;
    UniqueFd fd_;
    std::uint32_t id_ = 0;
    std::string name_;
    std::unique_ptr<btf, Free> types_;
    ProgramMaps maps_;
    bool frags_ = false;
    std::vector<BehindDispatcher> behind_;
    SharedState state_;
    ProgramMaps reached_maps_;
    // Of a program that was loaded for a dispatcher: the tool's own program that calls it.
    std::unique_ptr<struct bpf_object, Free> runner_object_;
    UniqueFd runner_;
    UniqueFd runner_link_;
};

}  // namespace xdpbench::bpf
