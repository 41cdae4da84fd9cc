#include "check/reproducible.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/bpf.h>

#include <array>
#include <chrono>
#include <functional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/test_run.h"
#include "target/lone_program.h"
#include "target/traffic_source.h"
#include "traffic/pinned.h"

namespace xdpbench::check {
namespace {

// What became of one frame. Of its bytes a hash is enough: captures may be long.
struct Treatment {
    std::uint32_t returned = 0;
    std::size_t bytes = 0;
    bool operator==(const Treatment&) const = default;
};

Treatment treatment_of(const bpf::TestRunOutput& output) {
    const std::string_view bytes(reinterpret_cast<const char*>(output.frame.data()),
                                 output.frame.size());
    return {output.returned, std::hash<std::string_view>{}(bytes)};
}

void count(const bpf::TestRunOutput& output, model::VerdictRecord& record) {
    ++record.frames;
    if (output.returned < record.actions.size()) {
        ++record.actions[output.returned];
    } else {
        ++record.no_action;
    }
}

// One pass with fresh maps.
Result<std::vector<Treatment>> run_all(const target::Target& target,
                                       const scenario::FrameRef& traffic,
                                       model::VerdictRecord* record) {
    XDPBENCH_TRY(const target::LoneProgram lone, target::load_alone(target));
    XDPBENCH_TRY(target::FrameStream reader, target::FrameStream::open(traffic, target.scenario));
    XDPBENCH_TRY(const std::optional<net::InNetNs> inside, lone.enter());
    bpf::TestRunner runner(lone.program.fd());
    std::vector<Treatment> treatments;
    while (!interrupted()) {
        XDPBENCH_TRY(const std::optional<packet::Frame> frame, reader.next());
        if (!frame) break;
        const Result<bpf::TestRunOutput> output = runner.run(frame->bytes, lone.context());
        if (!output)
            return output.error().in(fmt::format("{}#{}", traffic.text, treatments.size()));
        treatments.push_back(treatment_of(*output));
        if (record != nullptr) count(*output, *record);
    }
    return treatments;
}

struct UnsteadyHelper {
    int id;
    std::string_view name;
    std::string_view does;
};

constexpr std::string_view kClock = "reads the clock";
constexpr std::string_view kRandom = "asks for random numbers";
constexpr std::string_view kCookies = "makes or checks SYN cookies";  // others after a minute
// By their numbers in enum bpf_func_id: older headers lack some of the names.
constexpr std::array kUnsteady{
    UnsteadyHelper{5, "bpf_ktime_get_ns", kClock},
    UnsteadyHelper{118, "bpf_jiffies64", kClock},
    UnsteadyHelper{125, "bpf_ktime_get_boot_ns", kClock},
    UnsteadyHelper{160, "bpf_ktime_get_coarse_ns", kClock},
    UnsteadyHelper{208, "bpf_ktime_get_tai_ns", kClock},
    UnsteadyHelper{7, "bpf_get_prandom_u32", kRandom},
    UnsteadyHelper{100, "bpf_tcp_check_syncookie", kCookies},
    UnsteadyHelper{110, "bpf_tcp_gen_syncookie", kCookies},
    UnsteadyHelper{204, "bpf_tcp_raw_gen_syncookie_ipv4", kCookies},
    UnsteadyHelper{205, "bpf_tcp_raw_gen_syncookie_ipv6", kCookies},
    UnsteadyHelper{206, "bpf_tcp_raw_check_syncookie_ipv4", kCookies},
    UnsteadyHelper{207, "bpf_tcp_raw_check_syncookie_ipv6", kCookies},
};

bool calls(std::span<const bpf_insn> code, int helper) {
    for (const bpf_insn& instruction : code) {
        if (instruction.code == (BPF_JMP | BPF_CALL) && instruction.src_reg == 0 &&
            instruction.imm == helper)
            return true;
    }
    return false;
}

constexpr int kTailCall = 12;
constexpr int kRedirectMap = 51;

std::span<const bpf_insn> code_of(const bpf_program* program) {
    return {::bpf_program__insns(program), ::bpf_program__insn_cnt(program)};
}

// Whether a frame may go on to `other`, which is loaded beside the program with this code: by a
// tail call, or behind a redirect.
bool may_reach(std::span<const bpf_insn> code, const bpf_program* other) {
    const bpf_attach_type place = ::bpf_program__expected_attach_type(other);
    const bool behind = place == BPF_XDP_DEVMAP || place == BPF_XDP_CPUMAP;
    return calls(code, kTailCall) || (behind && calls(code, kRedirectMap));
}

// The program itself, and those that its frames may go on to.
std::vector<const bpf_program*> programs_reached(const bpf::Program& program) {
    std::vector<const bpf_program*> reached;
    bpf_program* one = nullptr;
    bpf_object__for_each_program(one, program.handle()) {
        if (::bpf_program__autoload(one) && ::bpf_program__fd(one) == program.fd())
            reached.push_back(one);
    }
    if (reached.empty()) return reached;
    const std::span<const bpf_insn> code = code_of(reached.front());
    bpf_object__for_each_program(one, program.handle()) {
        if (::bpf_program__autoload(one) && one != reached.front() && may_reach(code, one))
            reached.push_back(one);
    }
    return reached;
}

}  // namespace

Result<std::string> why_not_reproducible(const target::Target& target,
                                         const scenario::FrameRef& traffic,
                                         model::VerdictRecord* first) {
    // What a program keeps for each CPU must not depend on where the scheduler puts this thread.
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(traffic::measuring_cpu()));
    const auto start = std::chrono::steady_clock::now();
    XDPBENCH_TRY(const std::vector<Treatment> once, run_all(target, traffic, first));
    if (first != nullptr)
        first->seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    XDPBENCH_TRY(const std::vector<Treatment> again, run_all(target, traffic, nullptr));
    std::optional<std::size_t> example;
    std::size_t differing = 0;
    for (std::size_t i = 0; i < once.size() && i < again.size(); ++i) {
        if (once[i] == again[i]) continue;
        ++differing;
        if (!example) example = i;
    }
    if (!example) return std::string();
    const std::string before = bpf::returned_text(once[*example].returned);
    const std::string then = bpf::returned_text(again[*example].returned);
    return fmt::format(
        "not reproducible: {} of {} treated otherwise in a second test run with fresh maps, "
        "first {}: {}, then {}",
        thousands(differing), counted(once.size(), "frame"), target::frame_name(traffic, *example),
        before, before == then ? then + " with other bytes" : then);
}

std::string reads_clock_or_random(const bpf::Program& program) {
    if (program.is_shared()) return {};  // there is no object to look into
    std::vector<std::string> found;
    std::set<std::string_view> named;
    for (const bpf_program* const one : programs_reached(program)) {
        for (const UnsteadyHelper& helper : kUnsteady) {
            if (!calls(code_of(one), helper.id) || !named.insert(helper.name).second) continue;
            found.push_back(fmt::format("{} ({})", helper.does, helper.name));
        }
    }
    return fmt::format("{}", fmt::join(found, " and "));
}

}  // namespace xdpbench::check
