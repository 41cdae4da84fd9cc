#include "bpf/state_writes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string_view>

namespace xdpbench::bpf {
namespace {

constexpr std::size_t kRegisters = 11;
constexpr std::size_t kMostMaps = 64;  // a program has no more (MAX_USED_MAPS of the kernel)
constexpr std::uint8_t kFrame = 10;    // the register that points to the stack

using Maps = std::uint64_t;  // one bit a map, in the order of `maps`

// What a register or a place in memory may hold, as far as it matters.
struct Content {
    Maps maps = 0;       // pointers to maps
    Maps values = 0;     // pointers to values of maps, or into a map
    bool stack = false;  // a pointer to the stack of some function
    bool exact = false;  // to this function's, at `offset`
    int offset = 0;

    bool operator==(const Content&) const = default;

    // What is one or the other.
    void join(const Content& other) {
        maps |= other.maps;
        values |= other.values;
        const bool same = stack && other.stack && exact && other.exact && offset == other.offset;
        exact = same || (stack && !other.stack && exact) || (!stack && other.stack && other.exact);
        if (!stack && other.stack) offset = other.offset;
        stack = stack || other.stack;
    }
};

using Registers = std::array<Content, kRegisters>;

// bpf_insn_prepare_dump() of the kernel puts the number of the helper where it cannot be a
// distance.
constexpr int kTailCall = BPF_FUNC_tail_call;

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

bool contains_any(const std::string& text, std::initializer_list<std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](std::string_view part) { return contains(text, part); });
}

class Flow {
  public:
    Flow(std::span<const bpf_insn> code, std::span<const KnownMap> maps, const FunctionName& name)
        : code_(code), maps_(maps), name_of_(&name), before_(code.size()), function_(code.size()) {}

    InstructionWrites run() {
        if (code_.empty()) return {};
        if (maps_.size() > kMostMaps) found_.unknown.insert("it has more than 64 maps");
        enter(0, Registers{});
        // Memory and functions' results are kept for all their users: what changes there is carried
        // through again, until nothing changes.
        while (!work_.empty() || memory_changed_) {
            if (work_.empty()) {
                memory_changed_ = false;
                for (std::size_t at = 0; at < code_.size(); ++at) {
                    if (before_[at]) work_.push_back(at);
                }
            }
            const std::size_t at = work_.front();
            work_.pop_front();
            step(at);
        }
        return found_;
    }

  private:
    // What a function's stack holds by offset, and what is written there through pointers of which
    // the place is not known.
    struct Frame {
        std::map<int, Content> slots;
    };

    void enter(std::size_t function, Registers arguments) {
        for (std::size_t i = 0; i < kRegisters; ++i) arguments[i].exact = false;
        for (std::size_t i = 6; i < kRegisters; ++i) arguments[i] = {};
        arguments[0] = {};
        arguments[kFrame] = {0, 0, true, true, 0};
        flow_to(function, arguments, function);
    }

    void flow_to(std::size_t at, const Registers& registers, std::size_t function) {
        if (at >= code_.size()) return;
        function_[at] = function;
        if (!before_[at]) {
            before_[at] = registers;
            work_.push_back(at);
            return;
        }
        Registers joined = *before_[at];
        for (std::size_t i = 0; i < kRegisters; ++i) joined[i].join(registers[i]);
        if (joined == *before_[at]) return;
        before_[at] = joined;
        work_.push_back(at);
    }

    void step(std::size_t at) {
        Registers registers = *before_[at];
        const bpf_insn& insn = code_[at];
        const std::size_t function = function_[at];
        switch (BPF_CLASS(insn.code)) {
            case BPF_ALU:
                registers[insn.dst_reg] = {};
                break;
            case BPF_ALU64:
                compute(insn, registers);
                break;
            case BPF_LD:
                if (insn.code == (BPF_LD | BPF_IMM | BPF_DW)) {
                    load_constant(at, registers);
                    return flow_to(at + 2, registers, function);
                }
                registers[0] = {};
                break;
            case BPF_LDX:
                registers[insn.dst_reg] = read(registers[insn.src_reg], insn, function);
                break;
            case BPF_ST:
                write(registers[insn.dst_reg], Content{}, insn, function);
                break;
            case BPF_STX:
                write(registers[insn.dst_reg], registers[insn.src_reg], insn, function);
                if (BPF_MODE(insn.code) == BPF_ATOMIC) fetch(insn, registers);
                break;
            case BPF_JMP:
            case BPF_JMP32:
                return jump(at, registers);
            default:
                break;
        }
        flow_to(at + 1, registers, function);
    }

    static void fetch(const bpf_insn& insn, Registers& registers) {
        registers[0].join({});
        registers[insn.src_reg].exact = false;
    }

    static void compute(const bpf_insn& insn, Registers& registers) {
        Content& to = registers[insn.dst_reg];
        const bool from_register = BPF_SRC(insn.code) == BPF_X;
        const Content from = from_register ? registers[insn.src_reg] : Content{};
        switch (BPF_OP(insn.code)) {
            case BPF_MOV:
                to = from;
                return;
            case BPF_ADD:
            case BPF_SUB:
                break;
            default:  // no pointer comes out of anything else
                if (BPF_OP(insn.code) != BPF_AND && BPF_OP(insn.code) != BPF_OR) to = {};
                return;
        }
        if (to.exact && !from_register) {
            to.offset += BPF_OP(insn.code) == BPF_ADD ? insn.imm : -insn.imm;
        } else {
            to.exact = false;
        }
        Content added = from;
        added.exact = false;
        to.join(added);
        to.exact = to.exact && !from_register;
        // A look-up that the kernel writes into the program computes a place in the map.
        to.values |= to.maps;
        to.maps = 0;
    }

    void load_constant(std::size_t at, Registers& registers) {
        const bpf_insn& insn = code_[at];
        Content& to = registers[insn.dst_reg];
        to = {};
        if (insn.src_reg == BPF_PSEUDO_MAP_FD) {
            to.maps = bit_of(static_cast<std::uint32_t>(insn.imm));
        } else if (insn.src_reg == BPF_PSEUDO_MAP_VALUE) {
            to.values = bit_of(static_cast<std::uint32_t>(insn.imm));
        } else if (insn.src_reg == BPF_PSEUDO_FUNC) {
            // A helper calls it, with whatever it is about.
            Content anything{0, all_maps(), true, false, 0};
            Registers arguments{};
            for (std::size_t i = 1; i <= 5; ++i) arguments[i] = anything;
            enter(static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at) + insn.imm + 1),
                  arguments);
        }
    }

    Maps bit_of(std::uint32_t id) {
        for (std::size_t i = 0; i < std::min(maps_.size(), kMostMaps); ++i) {
            if (maps_[i].id == id) return Maps{1} << i;
        }
        found_.unknown.insert(fmt::format("it uses map {}, which the kernel does not list", id));
        return 0;
    }

    [[nodiscard]] Maps all_maps() const {
        return maps_.size() >= kMostMaps ? ~Maps{0} : (Maps{1} << maps_.size()) - 1;
    }

    [[nodiscard]] Maps of_kind(Maps maps, std::initializer_list<std::uint32_t> kinds) const {
        Maps result = 0;
        for (std::size_t i = 0; i < std::min(maps_.size(), kMostMaps); ++i) {
            const bool fits = std::find(kinds.begin(), kinds.end(), maps_[i].kind) != kinds.end();
            if (fits) result |= maps & (Maps{1} << i);
        }
        return result;
    }

    [[nodiscard]] Content read(const Content& from, const bpf_insn& insn, std::size_t function) {
        Content result;
        if (BPF_SIZE(insn.code) != BPF_DW) return result;  // no pointer is shorter
        // What is behind an entry of such a map: another map, or the value of this CPU.
        result.maps = of_kind(from.values | from.maps,
                              {BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_HASH_OF_MAPS});
        result.values = of_kind(from.values, {BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_PERCPU_HASH,
                                              BPF_MAP_TYPE_LRU_PERCPU_HASH});
        if (!from.stack) return result;
        result.join(anywhere_);
        if (from.exact) {
            result.join(frames_[function].slots[from.offset + insn.off]);
            return result;
        }
        for (const auto& [start, frame] : frames_) {
            for (const auto& [offset, content] : frame.slots) result.join(content);
        }
        result.exact = false;
        return result;
    }

    void write(const Content& to, const Content& what, const bpf_insn& insn, std::size_t function) {
        note(to.values, "stores to its values");
        note(to.maps, "stores to its values");
        if (!to.stack || BPF_SIZE(insn.code) != BPF_DW) return;
        Content& place = to.exact ? frames_[function].slots[to.offset + insn.off] : anywhere_;
        Content joined = place;
        joined.join(what);
        if (!to.exact) joined.exact = false;
        if (joined == place) return;
        place = joined;
        memory_changed_ = true;
    }

    void note(Maps maps, const std::string& how) {
        for (std::size_t i = 0; i < std::min(maps_.size(), kMostMaps); ++i) {
            if ((maps >> i & 1U) != 0) found_.writes.insert({maps_[i].id, how});
        }
    }

    void jump(std::size_t at, Registers registers) {
        const bpf_insn& insn = code_[at];
        const std::size_t function = function_[at];
        const auto target = [&](std::int64_t distance) {
            return static_cast<std::size_t>(static_cast<std::int64_t>(at) + 1 + distance);
        };
        switch (BPF_OP(insn.code)) {
            case BPF_EXIT: {
                Content result = results_[function];
                result.join(registers[0]);
                result.exact = false;
                if (!(result == results_[function])) memory_changed_ = true;
                results_[function] = result;
                return;
            }
            case BPF_CALL:
                call(at, registers);
                return flow_to(at + 1, registers, function);
            case BPF_JA:
                return flow_to(target(BPF_CLASS(insn.code) == BPF_JMP32 ? insn.imm : insn.off),
                               registers, function);
            default:
                flow_to(target(insn.off), registers, function);
                return flow_to(at + 1, registers, function);
        }
    }

    void call(std::size_t at, Registers& registers) {
        const bpf_insn& insn = code_[at];
        Content result;
        if (insn.src_reg == BPF_PSEUDO_CALL) {
            const std::size_t callee =
                static_cast<std::size_t>(static_cast<std::int64_t>(at) + 1 + insn.off);
            enter(callee, registers);
            result = results_[callee];
        } else if (insn.src_reg != BPF_PSEUDO_KFUNC_CALL && insn.imm == kTailCall) {
            collect(registers[2].maps, found_.tail_calls);
        } else {
            result = call_kernel((*name_of_)(insn), registers);
        }
        registers[0] = result;
        for (std::size_t i = 1; i <= 5; ++i) registers[i] = {};
    }

    void collect(Maps maps, std::set<std::uint32_t>& ids) const {
        for (std::size_t i = 0; i < std::min(maps_.size(), kMostMaps); ++i) {
            if ((maps >> i & 1U) != 0) ids.insert(maps_[i].id);
        }
    }

    // What the function returns.
    Content call_kernel(const std::string& name, const Registers& registers) {
        Content result;
        if (name.empty()) {
            found_.unknown.insert("the kernel does not tell which functions it calls");
            return result;
        }
        if (contains_any(name, {"lookup_elem", "lookup_percpu_elem"})) {
            const Maps looked_up = registers[1].maps | registers[1].values;
            result.values = looked_up;
            note(of_kind(looked_up, {BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH}),
                 "look-ups change its order of use");
            return result;
        }
        if (contains_any(name, {"update_elem", "delete_elem", "push_elem", "pop_elem",
                                "ringbuf_output", "ringbuf_reserve"})) {
            note(registers[1].maps | registers[1].values, name);
        } else if (contains(name, "event_output")) {
            note(registers[2].maps, name);
        } else if (contains(name, "redirect")) {
            collect(registers[1].maps, found_.redirects);
        } else if (contains_any(name,
                                {"storage_get", "kptr_xchg", "dynptr_data", "ringbuf_query"})) {
            if (!contains(name, "ringbuf_query"))
                found_.unknown.insert(fmt::format("it calls {}", name));
        } else if (!contains_any(name, {"csum_diff", "xdp_adjust", "peek_elem"})) {
            for (std::size_t i = 1; i <= 5; ++i)
                note(registers[i].values, fmt::format("{} gets a pointer to its values", name));
        }
        return result;
    }

    std::span<const bpf_insn> code_;
    std::span<const KnownMap> maps_;
    const FunctionName* name_of_;
    std::vector<std::optional<Registers>> before_;  // each instruction
    std::vector<std::size_t> function_;             // where the function of each begins
    std::deque<std::size_t> work_;
    std::map<std::size_t, Frame> frames_;  // by function
    std::map<std::size_t, Content> results_;
    Content anywhere_;  // what was stored to a stack at a place that is not known
    bool memory_changed_ = false;
    InstructionWrites found_;
};

}  // namespace

InstructionWrites find_writes(std::span<const bpf_insn> instructions,
                              std::span<const KnownMap> maps, const FunctionName& name_of) {
    return Flow(instructions, maps, name_of).run();
}

}  // namespace xdpbench::bpf
