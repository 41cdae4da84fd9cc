#include "kernel/test_run.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <cerrno>

#include "base/interrupt.h"
#include "base/text.h"
#include "kernel/bpf_options.h"

namespace xdpbench {
namespace {

// More than a program can add to a frame: headroom in front (XDP_PACKET_HEADROOM, 256 bytes) and
// the rest of a page behind.
constexpr std::size_t kMostGrowth = 8192;
constexpr std::size_t kShortestFrame = 14;
constexpr int kEnotsupp = 524;  // the kernel's own, not in <cerrno>

Error run_error(int number, std::size_t size) {
    Error error = system_error(
        fmt::format("cannot test-run the program on a frame of {}", counted(size, "byte")), number);
    if (number == EINVAL && size > 3000) {
        error.cause =
            "the frame does not fit the one page that a program without xdp.frags is given";
        error.advice = "build the program as SEC(\"xdp.frags\"), or leave such frames out";
    } else if (number == kEnotsupp || number == EINVAL) {
        error.kind = ErrorKind::unavailable;
        error.cause = "programs that are bound to a device cannot be test-run";
    }
    return error;
}

}  // namespace

std::string returned_text(std::uint32_t returned) {
    if (returned < kActionCount) return std::string(action_name(static_cast<Action>(returned)));
    return fmt::format("{}, which is no XDP action", returned);
}

TestRunner::TestRunner(int program_fd) : program_fd_(program_fd) {}

Result<TestRunOutput> TestRunner::run(std::span<const std::uint8_t> frame) {
    if (frame.size() < kShortestFrame) {
        return input_error(
            fmt::format("a frame of {} cannot be test-run: an Ethernet header has {}",
                        counted(frame.size(), "byte"), kShortestFrame));
    }
    if (output_.size() < frame.size() + kMostGrowth) output_.resize(frame.size() + kMostGrowth);
    // Without a context in, new kernels give the program an empty packet if a context out is asked
    // for.
    xdp_md context = {};
    context.data_end = static_cast<std::uint32_t>(frame.size());
    for (;;) {
        auto options = bpf_options<bpf_test_run_opts>();
        options.data_in = frame.data();
        options.data_size_in = static_cast<std::uint32_t>(frame.size());
        options.data_out = output_.data();
        options.data_size_out = static_cast<std::uint32_t>(output_.size());
        options.ctx_in = &context;
        options.ctx_size_in = sizeof(context);
        options.repeat = 1;
        if (::bpf_prog_test_run_opts(program_fd_, &options) == 0) {
            return TestRunOutput{options.retval, std::span<const std::uint8_t>(output_).first(
                                                     options.data_size_out)};
        }
        const int number = errno;
        if (interrupted()) return interrupted_error();
        if (number != EINTR && number != EAGAIN) return run_error(number, frame.size());
    }
}

}  // namespace xdpbench
