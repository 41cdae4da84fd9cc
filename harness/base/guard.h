// Where exceptions of the standard library become errors: no memory, no thread. Our own code throws
// none.
#pragma once

#include <cerrno>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include "base/result.h"

namespace xdpbench {

// What `body` returns, a Result, or the exception that left it as a system error: "<operation>:
// Cannot allocate memory (ENOMEM)". A thread that cannot be started is one too: std::thread throws
// EAGAIN.
template <class Body>
auto guarded(std::string_view operation, const Body& body) -> decltype(body()) {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        return system_error(operation, ENOMEM,
                            "the machine's memory, or a limit on it, is used up");
    } catch (const std::system_error& error) {
        return system_error(operation, error.code().value());
    } catch (const std::exception& error) {
        return Error{ErrorKind::system, std::string(operation) + ": " + error.what(), {}, {}};
    }
}

}  // namespace xdpbench
