#include "base/result.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "base/kernel_errno.h"

namespace xdpbench {

Error Error::in(std::string_view operation) const {
    Error outer = *this;
    outer.what = fmt::format("{}: {}", operation, what);
    return outer;
}

std::string Error::text() const {
    std::string text = what;
    if (!cause.empty()) text += "\n  likely: " + cause;
    if (!advice.empty()) text += "\n  to do:  " + advice;
    return text;
}

std::string errno_text(int number) {
    if (number == kEnotsupp) return "Operation not supported by this driver (ENOTSUPP)";
    const char* const name = strerrorname_np(number);
    const char* const words = strerrordesc_np(number);
    if (name == nullptr || words == nullptr) return fmt::format("unknown error {}", number);
    return fmt::format("{} ({})", words, name);
}

Error system_error(std::string_view operation, int number, std::string cause, std::string advice) {
    const int positive = number < 0 ? -number : number;
    return Error{ErrorKind::system, fmt::format("{}: {}", operation, errno_text(positive)),
                 std::move(cause), std::move(advice)};
}

Error access_error(std::string_view operation, int number, std::string advice) {
    Error error = system_error(operation, number, {}, std::move(advice));
    switch (number) {
        case ENOMEM:
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case EIO:
            break;
        default:
            error.kind = ErrorKind::input;
    }
    return error;
}

Error input_error(std::string what, std::string advice) {
    return Error{ErrorKind::input, std::move(what), {}, std::move(advice)};
}

Error unavailable_error(std::string what, std::string cause, std::string advice) {
    return Error{ErrorKind::unavailable, std::move(what), std::move(cause), std::move(advice)};
}

}  // namespace xdpbench
