// Errors as values. An Error says what was tried on which object, why it failed, what that most
// likely means here and what to do; its kind decides the exit code of the command line.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace xdpbench {

enum class ErrorKind {
    input,        // the command line, a scenario, a pcap or an object file: exit 2
    system,       // the operating system refused something that should have worked: exit 2
    unavailable,  // a privilege, kernel feature or device feature is missing: a skip, exit 4
    invalid,      // a measurement that must not be believed: exit 3
    interrupted,  // SIGINT or SIGTERM: exit 130
};

struct Error {
    ErrorKind kind = ErrorKind::system;
    std::string
        what;  // operation, object and reason: "cannot open a.pcap: No such file or directory"
    std::string cause;   // what it most likely means here; may be empty
    std::string advice;  // what to do; may be empty
    // A log behind it that is too long to show; save_log() (report/result_file.h) makes it a file.
    std::string log_name = {};  // what the file is named after: "icmp_lb-verifier"
    std::string log = {};

    // The same error, seen from one level up: "<operation>: <what>".
    [[nodiscard]] Error in(std::string_view operation) const;
    // All parts, one to a line, for a person.
    [[nodiscard]] std::string text() const;
};

// `number` in words and by name: "Permission denied (EACCES)". Knows the kernel-only numbers that
// reach user space from BPF and drivers (524 ENOTSUPP) and that strerror() does not.
[[nodiscard]] std::string errno_text(int number);

// "<operation>: <errno in words>". A negative `number` is taken as a kernel-style return value.
[[nodiscard]] Error system_error(std::string_view operation, int number, std::string cause = {},
                                 std::string advice = {});
// The same of something that the user has named: an input error, but a system error where the
// machine lacks memory, descriptors or the like.
[[nodiscard]] Error access_error(std::string_view operation, int number, std::string advice = {});
[[nodiscard]] Error input_error(std::string what, std::string advice = {});
[[nodiscard]] Error unavailable_error(std::string what, std::string cause = {},
                                      std::string advice = {});

// A value or an Error. Deriving (rather than an alias) is what makes it nodiscard.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  public:
    using Base = tl::expected<T, Error>;
    using Base::Base;
    // Implicit, so that a function can simply return its Error.
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(Error error) : Base(tl::unexpect, std::move(error)) {}
};

template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Error> {
  public:
    using Base = tl::expected<void, Error>;
    Result() = default;
    // Implicit, so that a function can simply return its Error.
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(Error error) : Base(tl::unexpect, std::move(error)) {}
};

}  // namespace xdpbench

#define XDPBENCH_CONCAT_(a, b) a##b
#define XDPBENCH_CONCAT(a, b) XDPBENCH_CONCAT_(a, b)

// XDPBENCH_TRY(auto name, expression): evaluates a Result; on an error returns it from this
// function.
#define XDPBENCH_TRY(target, expression) \
    XDPBENCH_TRY_(XDPBENCH_CONCAT(result_, __LINE__), target, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): what is declared cannot stand in parentheses
#define XDPBENCH_TRY_(result, target, expression)      \
    auto result = (expression);                        \
    if (!(result)) return std::move((result).error()); \
    target = std::move(*(result))
// NOLINTEND(bugprone-macro-parentheses)

// The same for a Result<void>.
#define XDPBENCH_CHECK(expression)                       \
    do {                                                 \
        auto result_ = (expression);                     \
        if (!result_) return std::move(result_.error()); \
    } while (false)
