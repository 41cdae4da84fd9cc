#include "traffic/refresh_loop.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/bpf_options.h"
#include "bpf/program_kind.h"
#include "bpf/skeleton.h"
#include "net/network.h"
#include "refresh.skel.h"
#include "traffic/frame_map.h"
#include "traffic/generator.h"

namespace xdpbench::traffic {
namespace {

double clock_seconds(clockid_t clock) {
    timespec now = {};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Whether the kernel counts a thread's time finer than in ticks. It does not where it found the
// TSC unusable, as in an emulated machine: then windows of less than a tick (4 ms) would take no
// time, or a whole one.
bool keeps_thread_time() {
    constexpr double kFine = 100e-6;  // seconds; finely kept time moves on with every reading
    constexpr int kAttempts = 10;     // a tick, or another thread, may fall into some of them
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const double start = clock_seconds(CLOCK_MONOTONIC);
        const double before = clock_seconds(CLOCK_THREAD_CPUTIME_ID);
        double now = before;
        while (now == before && clock_seconds(CLOCK_MONOTONIC) - start < kFine)
            now = clock_seconds(CLOCK_THREAD_CPUTIME_ID);
        if (now > before && now - before < kFine) return true;
    }
    return false;
}

// While one lives no signal but SIGSTOP and SIGKILL reaches this thread. The kernel breaks a test
// run off for a pending one.
class Undisturbed {
  public:
    Undisturbed() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~Undisturbed() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    Undisturbed(const Undisturbed&) = delete;
    Undisturbed& operator=(const Undisturbed&) = delete;
    Undisturbed(Undisturbed&&) = delete;
    Undisturbed& operator=(Undisturbed&&) = delete;

  private:
    sigset_t before_{};
};

clockid_t working_clock() {
    static const clockid_t clock = keeps_thread_time() ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    return clock;
}

Error tail_call_refusal(int number) {
    Error error = system_error("cannot tail-call the program from the fresh-packet loop", number);
    switch (number) {
        case EINVAL:
            // bpf_prog_map_compatible (kernel/bpf/core.c): alike in type, JIT, frags and, since
            // 6.18, attach type; not device-bound.
            error.cause =
                "the kernel lets XDP programs tail-call each other only if they agree in "
                "xdp.frags and in the attach type that they were loaded with "
                "(expected_attach_type: BPF_XDP by libbpf, 0 by loaders that set none), are both "
                "jited, and neither is bound to a device or in a devmap or cpumap";
            break;
        case EBUSY:
            // prog_fd_array_get_ptr (kernel/bpf/arraymap.c), since 6.13 and in stable kernels.
            error.cause =
                "the kernel lets no program be tail-called that others extend, as a dispatcher is "
                "and what calls a program behind one";
            break;
        default:
            return error;
    }
    error.kind = ErrorKind::unavailable;
    error.advice = "time it end to end instead: --mode native, generic";
    return error;
}

}  // namespace

void RefreshLoop::Close::operator()(refresh* skeleton) const { refresh__destroy(skeleton); }

RefreshLoop::RefreshLoop(Skeleton skeleton, const packet::Frames& frames)
    : skeleton_(std::move(skeleton)),
      frame_count_(static_cast<std::uint32_t>(frames.size())),
      data_(longest_of(frames)) {}

Result<RefreshLoop> RefreshLoop::create(const packet::Frames& frames, bool frags) {
    const std::size_t longest = longest_of(frames);
    XDPBENCH_CHECK(Generator::require_count(frames.size(), longest));
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (frames[i].bytes.size() < REPLAY_MIN_LENGTH)
            return input_error(
                fmt::format("frame {} of {} bytes cannot be timed: an Ethernet "
                            "header has {}",
                            i, frames[i].bytes.size(), REPLAY_MIN_LENGTH));
    }
    if (!frags && net::sender_of(longest) == net::Sender::packet_socket)
        return unavailable_error(
            fmt::format("a program that is not in SEC(\"xdp.frags\") cannot be timed in test runs "
                        "with frames of {}",
                        counted(longest, "byte")),
            "it takes only frames that fit one page",
            "build the program as SEC(\"xdp.frags\"); or time it in --mode generic");
    Skeleton opened(refresh__open());
    if (!opened) return system_error("cannot open the fresh-packet loop", errno);
    opened->rodata->frame_count = static_cast<std::uint32_t>(frames.size());
    opened->rodata->max_length = static_cast<std::uint32_t>(longest);
    size_frame_map(opened->maps.frames, frames);
    XDPBENCH_TRY(Skeleton skeleton, load(std::move(opened), frags, BPF_XDP));
    XDPBENCH_CHECK(store_frames(skeleton->maps.frames, frames));
    return RefreshLoop(std::move(skeleton), frames);
}

Result<RefreshLoop::Skeleton> RefreshLoop::load(Skeleton opened, bool frags,
                                                bpf_attach_type attach_type) {
    opened->rodata->frags = frags ? 1 : 0;
    bpf_program* const program = opened->progs.refresh;
    if (frags)
        ::bpf_program__set_flags(program, ::bpf_program__flags(program) | BPF_F_XDP_HAS_FRAGS);
    ::bpf_program__set_expected_attach_type(program, attach_type);
    if (const int error = refresh__load(opened.get()); error != 0)
        return frame_program_error("the fresh-packet loop", error);
    XDPBENCH_CHECK(bpf::require_variables(opened->bss, "the fresh-packet loop"));
    return opened;
}

Result<void> RefreshLoop::load_again(bpf_attach_type attach_type) {
    Skeleton opened(refresh__open());
    if (!opened) return system_error("cannot open the fresh-packet loop", errno);
    opened->rodata->frame_count = skeleton_->rodata->frame_count;
    opened->rodata->max_length = skeleton_->rodata->max_length;
    if (const int error =
            ::bpf_map__reuse_fd(opened->maps.frames, ::bpf_map__fd(skeleton_->maps.frames));
        error != 0)
        return system_error("cannot give the fresh-packet loop its frames", error);
    XDPBENCH_TRY(Skeleton again,
                 load(std::move(opened), skeleton_->rodata->frags != 0, attach_type));
    again->bss->next = skeleton_->bss->next;
    skeleton_ = std::move(again);
    if (!parking_) return {};
    // The kernel lets no program of another attach type take the place behind a link.
    parking_->xdp_link.reset();
    XDPBENCH_TRY(
        parking_->xdp_link,
        bpf::XdpLink::attach(parking_->netns, parking_->idle,
                             ::bpf_program__fd(skeleton_->progs.refresh), model::Mode::native));
    return {};
}

Result<void> RefreshLoop::park(const net::NetNs& netns, const net::InterfaceInfo& idle) {
    const int program = ::bpf_program__fd(skeleton_->progs.refresh);
    XDPBENCH_TRY(net::NetNs kept, netns.duplicate());
    XDPBENCH_TRY(bpf::XdpLink xdp_link,
                 bpf::XdpLink::attach(netns, idle, program, model::Mode::native));
    parking_.emplace(Parking{std::move(kept), idle, std::move(xdp_link)});
    return {};
}

Result<void> RefreshLoop::place(unsigned slot, int program_fd) {
    const auto put = [&] {
        return ::bpf_map_update_elem(::bpf_map__fd(skeleton_->maps.programs), &slot, &program_fd,
                                     BPF_ANY) == 0;
    };
    bool done = put();
    if (!done && errno == EINVAL && !placed_) {
        const bpf_attach_type other = bpf::kind_of_program(program_fd).attach_type;
        if (other != ::bpf_program__expected_attach_type(skeleton_->progs.refresh))
            XDPBENCH_CHECK(load_again(other));
        done = put();
    }
    if (!done) return tail_call_refusal(errno);
    placed_ = true;
    return {};
}

std::uint64_t RefreshLoop::position() const {
    return skeleton_->bss->turns * frame_count_ + skeleton_->bss->next;
}

void RefreshLoop::seek(std::uint32_t frame) { skeleton_->bss->next = frame % frame_count_; }

Result<TimedRuns> RefreshLoop::run(const net::NetNs& netns, unsigned slot, std::uint32_t runs) {
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    const clockid_t working = working_clock();
    const std::uint64_t first = position();
    xdp_md context = {};
    context.data_end = static_cast<std::uint32_t>(data_.size());
    for (;;) {
        if (interrupted()) return interrupted_error();
        skeleton_->bss->slot = slot;
        skeleton_->bss->start = 0;
        const std::uint64_t begin = position();
        auto options = bpf::bpf_options<bpf_test_run_opts>();
        options.data_in = data_.data();
        options.data_size_in = static_cast<std::uint32_t>(data_.size());
        options.ctx_in = &context;
        options.ctx_size_in = sizeof(context);
        options.repeat = static_cast<int>(runs);
        const Undisturbed undisturbed;
        const double wall = clock_seconds(CLOCK_MONOTONIC);
        const double work = clock_seconds(working);
        const int failed =
            ::bpf_prog_test_run_opts(::bpf_program__fd(skeleton_->progs.refresh), &options);
        const int number = errno;
        TimedRuns timed;
        timed.cpu_seconds = clock_seconds(working) - work;
        timed.seconds = clock_seconds(CLOCK_MONOTONIC) - wall;
        if (failed != 0 && (number == EINTR || number == EAGAIN)) continue;
        if (failed != 0) return system_error("cannot test-run the fresh-packet loop", number);
        if (skeleton_->bss->failed != 0) {
            return Error{
                ErrorKind::invalid,
                fmt::format("{} of {} runs got no fresh packet, or slot {} is empty",
                            skeleton_->bss->failed, runs, slot),
                "a program under test may have moved the packet where it cannot be brought "
                "back from",
                "time it end to end instead: --mode native, generic"};
        }
        timed.runs = runs;
        timed.returned = options.retval;
        timed.frame = static_cast<std::uint32_t>((begin + runs - 1) % frame_count_);
        timed.cut_runs = begin - first;
        return timed;
    }
}

}  // namespace xdpbench::traffic
