#include "kernel/test_run.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <cerrno>

#include "base/interrupt.h"
#include "base/text.h"

namespace xdpbench {
namespace {

// What a program may add to a frame: headroom in front (XDP_PACKET_HEADROOM, 256 bytes), tailroom
// behind.
constexpr std::size_t kMostGrowth = 8192;

Error run_error(int number, std::size_t size) {
    Error error = system_error(
        fmt::format("cannot test-run the program on a frame of {}", counted(size, "byte")), number);
    if (number == EINVAL && size > 3000) {
        error.cause =
            "the frame does not fit the one page that a program without xdp.frags is given";
        error.advice = "build the program as SEC(\"xdp.frags\"), or leave such frames out";
    } else if (number == 524 || number == EINVAL) {
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
    if (output_.size() < frame.size() + kMostGrowth) output_.resize(frame.size() + kMostGrowth);
    // Without a context in, new kernels give the program an empty packet if a context out is asked
    // for.
    xdp_md context = {};
    context.data_end = static_cast<std::uint32_t>(frame.size());
    for (;;) {
        LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(), .data_out = output_.data(),
                    .data_size_in = static_cast<std::uint32_t>(frame.size()),
                    .data_size_out = static_cast<std::uint32_t>(output_.size()), .ctx_in = &context,
                    .ctx_size_in = sizeof(context), .repeat = 1);
        if (::bpf_prog_test_run_opts(program_fd_, &options) == 0) {
            return TestRunOutput{options.retval, std::span<const std::uint8_t>(output_).first(
                                                     options.data_size_out)};
        }
        if (interrupted()) return interrupted_error();
        if (errno != EINTR && errno != EAGAIN) return run_error(errno, frame.size());
    }
}

}  // namespace xdpbench
