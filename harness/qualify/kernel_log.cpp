#include "qualify/kernel_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace xdpbench::qualify {
namespace {

// panic.c, dev_watchdog(), page_pool_release_retry() and the like; drivers that see a timeout
// themselves say "tx timeout" or "Tx timeout".
constexpr std::array<std::string_view, 7> kAlarms{
    "WARNING: ",       "BUG: ",     "Oops",        "general protection fault",
    "NETDEV WATCHDOG", "x timeout", "stalled pool"};

}  // namespace

bool is_alarming(std::string_view message) {
    return std::any_of(kAlarms.begin(), kAlarms.end(), [&](std::string_view alarm) {
        return message.find(alarm) != std::string_view::npos;
    });
}

std::string_view text_of_record(std::string_view record) {
    const std::size_t begin = record.find(';');
    if (begin == std::string_view::npos) return record;
    record.remove_prefix(begin + 1);
    return record.substr(0, record.find('\n'));  // lines with more follow
}

std::optional<KernelLog> KernelLog::open() {
    UniqueFd log(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!log.valid() || ::lseek(log.get(), 0, SEEK_END) < 0) return std::nullopt;
    return KernelLog(std::move(log));
}

std::vector<std::string> KernelLog::alarms() const {
    constexpr std::size_t kLongestRecord = 8192;  // CONSOLE_EXT_LOG_MAX of the kernel
    std::array<char, kLongestRecord> record{};
    std::vector<std::string> found;
    for (;;) {
        const ssize_t size = ::read(log_.get(), record.data(), record.size());
        if (size < 0 && (errno == EPIPE || errno == EINTR)) continue;  // some were overwritten
        if (size <= 0) return found;
        const std::string_view text =
            text_of_record({record.data(), static_cast<std::size_t>(size)});
        if (is_alarming(text)) found.emplace_back(text);
    }
}

}  // namespace xdpbench::qualify
