#include "bpf/existing_program.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

#include "base/number.h"
#include "base/text.h"
#include "behind.skel.h"
#include "bpf/attached.h"
#include "bpf/bpf_options.h"
#include "bpf/program_kind.h"
#include "bpf/whole_names.h"
#include "packet/hex.h"

namespace xdpbench::bpf {
namespace {

constexpr const char* kDispatcher = "xdp_dispatcher";  // the name that libxdp gives it

using By = ExistingName::By;

Result<bpf_prog_info> info_of(int fd) {
    bpf_prog_info info = {};
    std::uint32_t size = sizeof(info);
    if (::bpf_obj_get_info_by_fd(fd, &info, &size) == 0) return info;
    return system_error("cannot read the kernel's information on a program", errno);
}

Result<UniqueFd> by_id(const std::string& text) {
    const auto id = xdpbench::parse_number<std::uint32_t>(text);
    if (!id) return input_error(fmt::format("id:{} is no number of a program", text));
    UniqueFd fd(::bpf_prog_get_fd_by_id(*id));
    if (fd.valid()) return fd;
    if (errno == ENOENT)
        return input_error(fmt::format("there is no program with id {}", *id),
                           "it may be unloaded by now: bpftool prog list prints those there are");
    return system_error(fmt::format("cannot open the program with id {}", *id), errno,
                        errno == EPERM ? "CAP_SYS_ADMIN is missing" : "");
}

// A program, or a link to one.
Result<UniqueFd> by_path(const std::string& path) {
    const UniqueFd pinned(::bpf_obj_get(path.c_str()));
    if (!pinned.valid()) {
        Error error = system_error(fmt::format("cannot open what is pinned at {}", path), errno);
        if (errno == ENOENT) error.kind = ErrorKind::input;
        return error;
    }
    constexpr std::string_view kProgram = "prog_id:";
    std::ifstream description(fmt::format("/proc/self/fdinfo/{}", pinned.get()));
    for (std::string line; std::getline(description, line);) {
        if (line.starts_with(kProgram))
            return by_id(std::string(trim(line.substr(kProgram.size()))));
    }
    return input_error(fmt::format("{} is a map, not a program", path));
}

Result<UniqueFd> by_tag(const std::string& tag) {
    std::vector<std::string> ids;
    std::uint32_t id = 0;
    while (::bpf_prog_get_next_id(id, &id) == 0) {
        const UniqueFd fd(::bpf_prog_get_fd_by_id(id));
        if (!fd.valid()) continue;
        const Result<bpf_prog_info> info = info_of(fd.get());
        if (info && packet::to_hex(info->tag) == tag) ids.push_back(std::to_string(id));
    }
    if (ids.size() == 1) return by_id(ids.front());
    if (ids.empty()) return input_error(fmt::format("there is no program with tag {}", tag));
    return input_error(
        fmt::format("{} programs have tag {}: ids {}", ids.size(), tag, fmt::join(ids, ", ")),
        fmt::format("name one of them: id:{}", ids.front()));
}

using Types = std::unique_ptr<btf, decltype(&::btf__free)>;

std::string whole_name_of(int fd, const bpf_prog_info& info) {
    const Types types(info.btf_id == 0 ? nullptr : ::btf__load_from_kernel_by_id(info.btf_id),
                      &::btf__free);
    return whole_program_name(fd, info, types.get());
}

// The programs in the places of a program's functions, by the links that put them there.
std::vector<BehindDispatcher> programs_behind(std::uint32_t dispatcher) {
    std::vector<BehindDispatcher> found;
    for (const bpf_link_info& info : all_links()) {
        if (info.type != BPF_LINK_TYPE_TRACING || info.tracing.target_obj_id != dispatcher)
            continue;
        const UniqueFd program(::bpf_prog_get_fd_by_id(info.prog_id));
        const Result<bpf_prog_info> behind = info_of(program.get());
        if (behind && behind->type == BPF_PROG_TYPE_EXT)
            found.push_back({info.prog_id, whole_name_of(program.get(), *behind)});
    }
    return found;
}

Result<UniqueFd> by_device(const ExistingName& name) {
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    XDPBENCH_TRY(const net::InterfaceInfo interface, net::query_interface(netns, name.value));
    XDPBENCH_TRY(const std::vector<AttachedProgram> attached, attached_programs(netns, interface));
    if (attached.empty())
        return input_error(fmt::format("no XDP program is attached to {}", name.value));
    if (attached.size() > 1)
        return input_error(fmt::format("several XDP programs are attached to {}: ids {} and {}",
                                       name.value, attached[0].id, attached[1].id),
                           fmt::format("name one of them: id:{}", attached[0].id));
    if (name.behind.empty()) return by_id(std::to_string(attached.front().id));
    const std::vector<BehindDispatcher> behind = programs_behind(attached.front().id);
    std::vector<std::string> names;
    for (const BehindDispatcher& one : behind) {
        if (one.name == name.behind || std::to_string(one.id) == name.behind)
            return by_id(std::to_string(one.id));
        names.push_back(one.name);
    }
    if (behind.empty())
        return input_error(fmt::format("{} on {} is no dispatcher: no program is behind it",
                                       attached.front().name, name.value),
                           fmt::format("name it dev:{}", name.value));
    return input_error(fmt::format("the dispatcher on {} calls no program {}{}", name.value,
                                   name.behind, what_there_is(name.behind, names)));
}

Result<UniqueFd> find_fd(const ExistingName& name) {
    switch (name.by) {
        case By::id:
            return by_id(name.value);
        case By::tag:
            return by_tag(name.value);
        case By::pinned:
            return by_path(name.value);
        case By::device:
            return by_device(name);
    }
    return input_error("no program is named");
}

Result<void> require_usable(const bpf_prog_info& info, const std::string& origin) {
    if (info.type != BPF_PROG_TYPE_XDP && info.type != BPF_PROG_TYPE_EXT) {
        const char* const type = ::libbpf_bpf_prog_type_str(static_cast<bpf_prog_type>(info.type));
        return input_error(fmt::format("{} is no XDP program: program {}, {}, is of type {}",
                                       origin, info.id, info.name,
                                       type == nullptr ? "unknown" : type));
    }
    if (info.ifindex == 0) return {};
    std::array<char, IF_NAMESIZE> device{};
    const char* const known = ::if_indextoname(info.ifindex, device.data());
    return unavailable_error(
        fmt::format("{}: program {}, {}, is bound to interface {}, where alone it can run", origin,
                    info.id, info.name,
                    known == nullptr ? fmt::format("{} (of another namespace)", info.ifindex)
                                     : std::string(known)),
        "it was loaded for that device", "give its object file, which is loaded without a device");
}

}  // namespace

std::optional<ExistingName> parse_existing_name(const std::string& text) {
    constexpr std::array<std::pair<std::string_view, By>, 4> kKinds{
        {{"id:", By::id}, {"tag:", By::tag}, {"pinned:", By::pinned}, {"dev:", By::device}}};
    for (const auto& [prefix, by] : kKinds) {
        if (!text.starts_with(prefix)) continue;
        ExistingName name{by, text.substr(prefix.size()), {}};
        const std::size_t slash = name.value.find('/');
        if (by == By::device && slash != std::string::npos) {
            name.behind = name.value.substr(slash + 1);
            name.value.resize(slash);
        }
        return name;
    }
    return std::nullopt;
}

void ExistingProgram::Free::operator()(btf* types) const { ::btf__free(types); }
void ExistingProgram::Free::operator()(bpf_object* object) const { ::bpf_object__close(object); }

Result<std::shared_ptr<const ExistingProgram>> ExistingProgram::find(const std::string& text) {
    const std::optional<ExistingName> name = parse_existing_name(text);
    if (!name || name->value.empty())
        return input_error(fmt::format("{} names no loaded program", text),
                           "write id:1234, tag:6f7e..., pinned:/sys/fs/bpf/x or dev:eth1");
    const std::shared_ptr<ExistingProgram> program(new ExistingProgram);
    program->origin_ = text;
    XDPBENCH_TRY(program->fd_, find_fd(*name));
    XDPBENCH_CHECK(program->describe());
    return std::shared_ptr<const ExistingProgram>(program);
}

Result<void> ExistingProgram::describe() {
    XDPBENCH_TRY(const bpf_prog_info info, info_of(fd_.get()));
    XDPBENCH_CHECK(require_usable(info, origin_));
    id_ = info.id;
    if (info.btf_id != 0) types_.reset(::btf__load_from_kernel_by_id(info.btf_id));
    name_ = whole_program_name(fd_.get(), info, types_.get());
    XDPBENCH_TRY(maps_, ProgramMaps::open(id_));
    if (info.type == BPF_PROG_TYPE_EXT) {
        XDPBENCH_CHECK(put_behind_runner());
    } else {
        frags_ = kind_of_program(fd_.get()).frags;
        if (name_ == kDispatcher) behind_ = programs_behind(id_);
    }
    std::vector<std::uint32_t> programs{id_};
    for (const BehindDispatcher& one : behind_) programs.push_back(one.id);
    XDPBENCH_TRY(state_, shared_state_of(programs));
    XDPBENCH_TRY(reached_maps_, maps_.others_of(state_.programs));
    return {};
}

std::vector<TypedMap> ExistingProgram::state_maps() const {
    std::vector<TypedMap> maps = maps_.with_sections();
    const std::vector<TypedMap> reached = reached_maps_.with_sections();
    maps.insert(maps.end(), reached.begin(), reached.end());
    return maps;
}

// The kernel runs such a program only in the place of another's function, and lets it be in several
// places at once.
Result<void> ExistingProgram::put_behind_runner() {
    std::size_t size = 0;
    const void* const bytes = behind__elf_bytes(&size);
    auto options = bpf_options<bpf_object_open_opts>();
    options.object_name = "behind";
    runner_object_.reset(::bpf_object__open_mem(bytes, size, &options));
    if (runner_object_ == nullptr || ::bpf_object__load(runner_object_.get()) != 0)
        return system_error("cannot load the program that calls one behind a dispatcher", errno);
    runner_ = UniqueFd(::bpf_prog_get_fd_by_id([&] {
        const Result<bpf_prog_info> info = info_of(::bpf_program__fd(
            ::bpf_object__find_program_by_name(runner_object_.get(), "run_behind")));
        return info ? info->id : 0;
    }()));
    const int function =
        ::btf__find_by_name_kind(::bpf_object__btf(runner_object_.get()), "behind", BTF_KIND_FUNC);
    auto place = bpf_options<bpf_link_create_opts>();
    place.target_btf_id = static_cast<std::uint32_t>(function);
    runner_link_ = UniqueFd(
        ::bpf_link_create(fd_.get(), runner_.get(), static_cast<bpf_attach_type>(0), &place));
    if (runner_link_.valid()) return {};
    return system_error(fmt::format("cannot run {}, which was loaded for a dispatcher, behind a "
                                    "program of the tool's own",
                                    origin_),
                        errno);
}

}  // namespace xdpbench::bpf
