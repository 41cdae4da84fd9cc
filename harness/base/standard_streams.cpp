#include "base/standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

namespace xdpbench {
namespace {

struct Stream {
    int fd;
    std::atomic<int> error{0};  // errno of the first write that failed; nothing is written after it
};
Stream output{STDOUT_FILENO};
Stream errors{STDERR_FILENO};

void wait_until_writable(int fd) {
    pollfd one = {fd, POLLOUT, 0};
    ::poll(&one, 1, -1);
}

// For fopencookie(3). Claims to have written everything, whatever happened.
ssize_t write_to(void* cookie, const char* data, std::size_t size) {
    Stream& stream = *static_cast<Stream*>(cookie);
    std::size_t done = 0;
    while (done < size && stream.error == 0) {
        const ssize_t count = ::write(stream.fd, data + done, size - done);
        if (count >= 0) {
            done += static_cast<std::size_t>(count);
        } else if (errno == EAGAIN) {
            wait_until_writable(stream.fd);  // somebody shares it and has made it non-blocking
        } else if (errno != EINTR) {
            stream.error = errno;
        }
    }
    return static_cast<ssize_t>(size);
}

// A stream that never fails; without memory for it the ordinary one stays.
std::FILE* tolerant(Stream& stream, std::FILE* ordinary, int buffering) {
    cookie_io_functions_t functions = {};
    functions.write = write_to;
    std::FILE* const made = ::fopencookie(&stream, "w", functions);
    if (made == nullptr) return ordinary;
    std::setvbuf(made, nullptr, buffering, BUFSIZ);
    return made;
}

}  // namespace

void hold_standard_streams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) >= 0) continue;
        // The lowest number that is free is this one. It can only be read: writing stays an error.
        [[maybe_unused]] const int held = ::open("/dev/null", O_RDONLY);
    }
    // The C library lets a program assign these two.
    stdout = tolerant(output, stdout, ::isatty(STDOUT_FILENO) == 1 ? _IOLBF : _IOFBF);
    stderr = tolerant(errors, stderr, _IOLBF);
}

Result<void> flush_output() {
    const int failed = std::fflush(stdout) != 0 ? errno : output.error.load();
    if (failed == 0) return {};
    if (failed == EPIPE)
        return system_error("cannot write to standard output", failed,
                            "the program that reads it has ended");
    return system_error("cannot write to standard output", failed, {},
                        "free some space, or send it elsewhere");
}

}  // namespace xdpbench
