#include "bpf/state_writes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>

#include "bpf/kernel_calls.h"
#include "bpf/map_bits.h"
#include "bpf/register_content.h"

namespace xdpbench::bpf {
namespace {

constexpr std::uint8_t kFrame = 10;  // the register that points to the stack

// bpf_insn_prepare_dump() of the kernel puts the number of the helper where it cannot be a
// distance.
constexpr int kTailCall = BPF_FUNC_tail_call;

class Flow {
  public:
    Flow(std::span<const bpf_insn> code, std::span<const KnownMap> maps, const FunctionName& name)
        : code_(code), maps_(maps), name_of_(&name), before_(code.size()), function_(code.size()) {}

    InstructionWrites run() {
        if (code_.empty()) return {};
        if (maps_.are_too_many()) found_.unknown.insert("it has more than 64 maps");
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

    void load_constant(std::size_t at, Registers& registers) {
        const bpf_insn& insn = code_[at];
        Content& to = registers[insn.dst_reg];
        to = {};
        if (insn.src_reg == BPF_PSEUDO_MAP_FD) {
            to.maps = bit_of(static_cast<std::uint32_t>(insn.imm));
        } else if (insn.src_reg == BPF_PSEUDO_MAP_VALUE) {
            to.values = bit_of(static_cast<std::uint32_t>(insn.imm));
        } else if (insn.src_reg == BPF_PSEUDO_FUNC) {
            to.callbacks = callbacks_.bit_of(
                static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at) + insn.imm + 1));
        }
    }

    // What the kernel calls back, with what it is given.
    void enter_callbacks(const std::string& name, const Registers& registers) {
        const Content anything{0, maps_.all(), true};
        for (const std::size_t function : callbacks_.among(registers))
            enter(function, callback_arguments(name, registers, anything));
    }

    Maps bit_of(std::uint32_t id) {
        const Maps bit = maps_.bit_of(id);
        if (bit == 0)
            found_.unknown.insert(
                fmt::format("it uses map {}, which the kernel does not list", id));
        return bit;
    }

    [[nodiscard]] Content read(const Content& from, const bpf_insn& insn, std::size_t function) {
        Content result;
        if (BPF_SIZE(insn.code) != BPF_DW) return result;  // no pointer is shorter
        // What is behind an entry of such a map: another map, or the value of this CPU.
        result.maps = maps_.of_maps(from.values | from.maps);
        result.values = maps_.per_cpu(from.values);
        if (!from.stack) return result;
        result.join(anywhere_);
        if (from.exact) {
            result.join(frames_[function][from.offset + insn.off]);
            return result;
        }
        for (const auto& [start, frame] : frames_) {
            for (const auto& [offset, content] : frame) result.join(content);
        }
        result.exact = false;
        return result;
    }

    void write(const Content& to, const Content& what, const bpf_insn& insn, std::size_t function) {
        note(maps_.storable(to.values | to.maps), "stores to its values");
        if (!to.stack || BPF_SIZE(insn.code) != BPF_DW) return;
        Content& place = to.exact ? frames_[function][to.offset + insn.off] : anywhere_;
        Content joined = place;
        joined.join(what);
        if (!to.exact) joined.exact = false;
        if (joined == place) return;
        place = joined;
        memory_changed_ = true;
    }

    void note(Maps maps, const std::string& how) {
        for (const KnownMap* const map : maps_.in(maps)) {
            if (!map->constant) found_.writes.insert({map->id, how});
        }
    }

    void note_pointer(const Content& given, const std::string& function) {
        note(given.values, fmt::format("{} gets a pointer to its values", function));
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
            collect(registers[2], found_.tail_calls);
        } else {
            result = call_kernel((*name_of_)(insn), registers);
        }
        registers[0] = result;
        for (std::size_t i = 1; i <= 5; ++i) registers[i] = {};
    }

    // The maps that it may point to; what is inside a map of maps counts as that one.
    void collect(const Content& content, std::set<std::uint32_t>& ids) const {
        for (const KnownMap* const map : maps_.in(content.maps | content.values))
            ids.insert(map->id);
    }

    // What the function returns.
    Content call_kernel(const std::string& name, const Registers& registers) {
        enter_callbacks(name, registers);
        if (name.empty()) {
            found_.unknown.insert("the kernel does not tell which functions it calls");
            return {};
        }
        const Maps first = registers[1].maps | registers[1].values;
        switch (use_by(name)) {
            case MapUse::looks_up:
                note(maps_.least_recently_used(first), "look-ups change its order of use");
                return {0, first};
            case MapUse::writes:
                note(first, name);
                break;
            case MapUse::writes_second:
                note(registers[2].maps, name);
                break;
            case MapUse::takes_out:
                note(first, name);
                note_pointer(registers[2], name);
                break;
            case MapUse::copies_out:
                note_pointer(registers[2], name);
                break;
            case MapUse::redirects:
                collect(registers[1], found_.redirects);
                break;
            case MapUse::hands_out:
                found_.unknown.insert(fmt::format("it calls {}", name));
                break;
            case MapUse::only_reads:
                break;
            case MapUse::changes_anything:
                for (std::size_t i = 1; i <= 5; ++i) {
                    note(registers[i].maps, name);
                    note_pointer(registers[i], name);
                }
        }
        return {};
    }

    std::span<const bpf_insn> code_;
    MapBits maps_;
    const FunctionName* name_of_;
    std::vector<std::optional<Registers>> before_;  // each instruction
    std::vector<std::size_t> function_;             // where the function of each begins
    std::deque<std::size_t> work_;
    std::map<std::size_t, std::map<int, Content>> frames_;  // what is on the stack, by function
    std::map<std::size_t, Content> results_;
    Callbacks callbacks_;
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
