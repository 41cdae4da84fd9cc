#include "bpf/test_run.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>

#include "base/interrupt.h"
#include "base/kernel_errno.h"
#include "base/text.h"
#include "bpf/bpf_options.h"

namespace xdpbench::bpf {
namespace {

// More than a program can add to a frame: headroom in front (XDP_PACKET_HEADROOM, 256 bytes) and
// the rest of a page behind.
constexpr std::size_t kMostGrowth = 8192;
constexpr std::size_t kShortestFrame = 14;
// net/bpf/test_run.c: what a page of 4 KiB has room for behind the headroom (256 bytes) and in
// front of struct skb_shared_info (320), and MAX_SKB_FRAGS pages; a kernel may be built with other
// values.
constexpr std::size_t kLongestUsual = 4096 - 256 - 320 + 17 * 4096;

Error run_error(int number, std::size_t size, const TestRunContext& context) {
    Error error = system_error(
        fmt::format("cannot test-run the program on a frame of {}", counted(size, "byte")), number);
    if (number == EINVAL && context.linear != 0) {
        error.kind = ErrorKind::unavailable;
        error.cause =
            "this kernel's test run always fills the linear part first: Linux 6.18 lets it be "
            "chosen";
        error.advice = "leave 'linear' out";
    } else if (number == EINVAL && size > 3000) {
        error.cause =
            "the frame does not fit the one page that a program without xdp.frags is given";
        error.advice = "build the program as SEC(\"xdp.frags\"), or leave such frames out";
    } else if (number == ENOMEM && size > kLongestUsual) {
        error.kind = ErrorKind::input;
        error.cause = fmt::format(
            "the kernel's test run takes a frame of one page and at most 17 more (MAX_SKB_FRAGS): "
            "usually {} bytes",
            thousands(kLongestUsual));
        error.advice = "leave longer frames out";
    } else if (number == ENODEV) {
        error.cause = "the ingress interface is not in this network namespace";
    } else if (number == EINVAL && (context.ingress_ifindex != 0 || !context.metadata.empty())) {
        error.cause =
            "this kernel does not take the context: metadata of another size (a multiple of 4 "
            "bytes, "
            "up to 32 before Linux 6.3), or a receive queue that the interface has not";
    } else if (number == kEnotsupp || number == EINVAL) {
        error.kind = ErrorKind::unavailable;
        error.cause =
            "programs that are bound to a device cannot be test-run; those that read rx metadata "
            "are checked and replayed with frames that are sent, in native mode";
    }
    return error;
}

}  // namespace

std::string returned_text(std::uint32_t returned) {
    if (returned < model::kActionCount)
        return std::string(model::action_name(static_cast<model::Action>(returned)));
    return fmt::format("{}, which is no XDP action", returned);
}

TestRunner::TestRunner(int program_fd, const TestRunContext& usual)
    : program_fd_(program_fd), usual_(usual) {}

Result<TestRunOutput> TestRunner::run(std::span<const std::uint8_t> frame,
                                      const TestRunContext& context) {
    if (frame.size() < kShortestFrame) {
        return input_error(
            fmt::format("a frame of {} cannot be test-run: an Ethernet header has {}",
                        counted(frame.size(), "byte"), kShortestFrame));
    }
    std::span<const std::uint8_t> input = frame;
    if (!context.metadata.empty()) {
        input_.assign(context.metadata.begin(), context.metadata.end());
        input_.insert(input_.end(), frame.begin(), frame.end());
        input = input_;
    }
    if (output_.size() < input.size() + kMostGrowth) output_.resize(input.size() + kMostGrowth);
    // Without a context in, new kernels give the program an empty packet if a context out is asked
    // for.
    xdp_md context_in = {};
    context_in.data = static_cast<std::uint32_t>(context.metadata.size());
    context_in.data_end = static_cast<std::uint32_t>(input.size());
    if (context.linear != 0 && context.linear < frame.size())
        context_in.data_end = context_in.data + context.linear;
    context_in.ingress_ifindex = context.ingress_ifindex;
    context_in.rx_queue_index = context.rx_queue;
    xdp_md context_out = {};
    for (;;) {
        auto options = bpf_options<bpf_test_run_opts>();
        options.data_in = input.data();
        options.data_size_in = static_cast<std::uint32_t>(input.size());
        options.data_out = output_.data();
        options.data_size_out = static_cast<std::uint32_t>(output_.size());
        options.ctx_in = &context_in;
        options.ctx_size_in = sizeof(context_in);
        options.ctx_out = &context_out;
        options.ctx_size_out = sizeof(context_out);
        options.repeat = 1;
        if (::bpf_prog_test_run_opts(program_fd_, &options) == 0) {
            const auto all = std::span<const std::uint8_t>(output_).first(options.data_size_out);
            const std::size_t metadata = std::min<std::size_t>(context_out.data, all.size());
            return TestRunOutput{options.retval, all.subspan(metadata), all.first(metadata)};
        }
        const int number = errno;
        if (interrupted()) return interrupted_error();
        if (number != EINTR && number != EAGAIN) return run_error(number, frame.size(), context);
    }
}

}  // namespace xdpbench::bpf
