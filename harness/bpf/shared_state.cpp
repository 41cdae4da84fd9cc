#include "bpf/shared_state.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "base/number.h"
#include "base/text.h"
#include "bpf/loaded_maps.h"
#include "bpf/opened_map.h"
#include "bpf/state_writes.h"

namespace xdpbench::bpf {
namespace {

// The kernel's functions by address, as far as they are asked for.
class KernelFunctions {
  public:
    // Calls are written as distances from this function.
    static std::map<std::uint64_t, std::string> read() {
        constexpr int kHexadecimal = 16;
        std::map<std::uint64_t, std::string> names;
        std::ifstream file("/proc/kallsyms");
        for (std::string line; std::getline(file, line);) {
            const std::vector<std::string> fields = split(line, ' ');
            if (fields.size() < 3) continue;
            const auto address = parse_number<std::uint64_t>(fields[0], kHexadecimal);
            if (!address || *address == 0) continue;
            names[*address] = fields[2].substr(0, fields[2].find('\t'));
        }
        return names;
    }

    KernelFunctions() : names_(read()) {
        for (const auto& [address, name] : names_) {
            if (name == "__bpf_call_base") base_ = address;
        }
    }

    [[nodiscard]] std::string name_of(std::int32_t distance) const {
        if (base_ == 0 || distance == 0) return {};
        const auto found = names_.find(base_ + static_cast<std::uint64_t>(std::int64_t{distance}));
        return found == names_.end() ? "" : found->second;
    }

  private:
    std::map<std::uint64_t, std::string> names_;
    std::uint64_t base_ = 0;
};

const KernelFunctions& kernel_functions() {
    static const KernelFunctions known;
    return known;
}

struct FreeBtf {
    void operator()(btf* types) const { ::btf__free(types); }
};

// A function of the kernel that programs call by its number in the kernel's types.
std::string kernel_function(std::int32_t type) {
    static const std::unique_ptr<btf, FreeBtf> types(::btf__load_vmlinux_btf());
    const btf_type* const function =
        types == nullptr || type <= 0
            ? nullptr
            : ::btf__type_by_id(types.get(), static_cast<std::uint32_t>(type));
    if (function == nullptr || !::btf_is_func(function)) return {};
    return ::btf__name_by_offset(types.get(), function->name_off);
}

std::string called(const bpf_insn& call) {
    std::string name = kernel_functions().name_of(call.imm);
    if (!name.empty() || call.src_reg != BPF_PSEUDO_KFUNC_CALL) return name;
    return kernel_function(call.imm);
}

std::string kind_name(std::uint32_t kind) {
    const char* const name = ::libbpf_bpf_map_type_str(static_cast<bpf_map_type>(kind));
    return name == nullptr ? fmt::format("type {}", kind) : name;
}

bool holds_programs(std::uint32_t kind) {
    return kind == BPF_MAP_TYPE_PROG_ARRAY || kind == BPF_MAP_TYPE_CPUMAP || is_device_map(kind);
}

// The programs behind a map: what an array of them holds, what runs behind a redirect.
std::vector<std::uint32_t> programs_in(const TypedMap& map) {
    std::vector<std::uint32_t> ids;
    const bool array = map.kind == BPF_MAP_TYPE_PROG_ARRAY;
    const std::size_t offset = array ? 0 : sizeof(std::uint32_t);
    if (map.key.size != sizeof(std::uint32_t) || map.value.size < offset + sizeof(std::uint32_t))
        return ids;
    const Result<std::vector<MapBytes>> keys = read_keys(map, map.max_entries);
    MapBytes value(map.value.size);
    for (const MapBytes& key : keys ? *keys : std::vector<MapBytes>()) {
        std::uint32_t id = 0;
        if (::bpf_map_lookup_elem(map.fd, key.data(), value.data()) != 0) continue;
        std::memcpy(&id, value.data() + offset, sizeof(id));
        if (id != 0) ids.push_back(id);
    }
    return ids;
}

class Search {
  public:
    explicit Search(const std::vector<std::uint32_t>& programs)
        : left_(programs.begin(), programs.end()), seen_(programs.begin(), programs.end()) {}

    Result<SharedState> run() {
        while (!left_.empty()) {
            XDPBENCH_CHECK(look_at(left_.front()));
            left_.pop_front();
        }
        state_.programs.assign(seen_.begin(), seen_.end());
        return std::move(state_);
    }

  private:
    Result<void> look_at(std::uint32_t id) {
        const UniqueFd fd(::bpf_prog_get_fd_by_id(id));
        if (!fd.valid())
            return system_error(fmt::format("cannot open the program with id {}", id), errno);
        XDPBENCH_TRY(const LoadedInfo loaded, read_loaded_info(fd.get()));
        XDPBENCH_TRY(const ProgramMaps maps, ProgramMaps::open(id));
        const std::vector<TypedMap> typed = maps.with_sections();
        std::vector<KnownMap> known;
        for (std::size_t i = 0; i < loaded.map_ids.size(); ++i)
            known.push_back(
                {loaded.map_ids[i], typed[i].kind, (typed[i].flags & BPF_F_RDONLY_PROG) != 0});
        if (loaded.instructions.empty()) {
            add(state_.unknown, fmt::format("the kernel does not show the instructions of program "
                                            "{}: CAP_SYS_ADMIN or CAP_SYSLOG is missing",
                                            id));
            return follow_all(loaded.map_ids, typed);
        }
        static_assert(sizeof(bpf_insn) == sizeof(std::uint64_t));
        std::vector<bpf_insn> instructions(loaded.instructions.size());
        std::memcpy(instructions.data(), loaded.instructions.data(),
                    instructions.size() * sizeof(bpf_insn));
        return take(find_writes(instructions, known, called), id, loaded.map_ids, typed);
    }

    Result<void> take(const InstructionWrites& found, std::uint32_t program,
                      const std::vector<std::uint32_t>& ids, const std::vector<TypedMap>& maps) {
        for (const std::string& reason : found.unknown)
            add(state_.unknown, fmt::format("program {}: {}", program, reason));
        for (std::size_t i = 0; i < ids.size(); ++i) {
            std::vector<std::string> ways;
            for (const MapWrite& write : found.writes) {
                if (write.map == ids[i]) ways.push_back(write.how);
            }
            if (!ways.empty())
                add(state_.writes,
                    fmt::format("{} ({}, id {}): {}", maps[i].name, kind_name(maps[i].kind), ids[i],
                                fmt::join(ways, ", ")));
            if (found.tail_calls.contains(ids[i]) || found.redirects.contains(ids[i]))
                XDPBENCH_CHECK(follow(ids[i], maps[i]));
        }
        return found.unknown.empty() ? Result<void>() : follow_all(ids, maps);
    }

    // What may be called or redirected into. That frames go to sockets is only said where they do.
    Result<void> follow_all(const std::vector<std::uint32_t>& ids,
                            const std::vector<TypedMap>& maps) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (maps[i].kind != BPF_MAP_TYPE_XSKMAP) XDPBENCH_CHECK(follow(ids[i], maps[i]));
        }
        return {};
    }

    Result<void> follow(std::uint32_t id, const TypedMap& map) {
        if (map.kind == BPF_MAP_TYPE_XSKMAP) {
            add(state_.writes,
                fmt::format("{} (xskmap): frames go to its AF_XDP sockets", map.name));
            return {};
        }
        if (is_map_of_maps(map.kind)) return follow_inside(id, map);
        if (is_device_map(map.kind)) add_device_map(id, map.name);
        if (!holds_programs(map.kind)) return {};
        for (const std::uint32_t program : programs_in(map)) {
            if (seen_.insert(program).second) left_.push_back(program);
        }
        return {};
    }

    // Maps of interfaces are looked for inside once more when frames are to be sent.
    Result<void> follow_inside(std::uint32_t id, const TypedMap& outer) {
        add_device_map(id, outer.name);
        XDPBENCH_TRY(const std::vector<std::uint32_t> inside, maps_inside(outer));
        for (const std::uint32_t one : inside) {
            XDPBENCH_TRY(const OpenedMap opened, open_map(one, outer.name));
            if (opened.map.kind == BPF_MAP_TYPE_XSKMAP || holds_programs(opened.map.kind))
                XDPBENCH_CHECK(follow(one, opened.map));
        }
        return {};
    }

    void add_device_map(std::uint32_t id, const std::string& name) {
        const bool known =
            std::any_of(state_.device_maps.begin(), state_.device_maps.end(),
                        [id](const DeviceMap& device_map) { return device_map.id == id; });
        if (!known) state_.device_maps.push_back({id, name});
    }

    static void add(std::vector<std::string>& lines, std::string line) {
        if (std::find(lines.begin(), lines.end(), line) == lines.end())
            lines.push_back(std::move(line));
    }

    std::deque<std::uint32_t> left_;
    std::set<std::uint32_t> seen_;
    SharedState state_;
};

}  // namespace

Result<SharedState> shared_state_of(const std::vector<std::uint32_t>& programs) {
    return Search(programs).run();
}

}  // namespace xdpbench::bpf
