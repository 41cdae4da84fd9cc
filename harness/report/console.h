// The report on the console, and the progress line.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/print.h"
#include "base/text.h"
#include "model/run.h"

namespace xdpbench::report {

// Escaped text with colour around it: the only control characters that reach a terminal.
struct Painted {
    std::string text;
};

// A value as the console prints it: text is escaped().
template <class Value>
auto printed(const Value& value) {
    if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
        return escaped(value);
    } else if constexpr (std::is_same_v<Value, Painted>) {
        return value.text;
    } else {
        return value;
    }
}

class Console {
  public:
    // The report goes to `out`, in colour only on a terminal and without NO_COLOR. Progress goes to
    // standard error.
    explicit Console(std::FILE* out);
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;
    Console(Console&&) = delete;
    Console& operator=(Console&&) = delete;
    ~Console() { clear_progress(); }

    // About how long the work takes that begins now.
    void expect(double seconds);
    // What is under way. On a terminal a line that the next one overwrites, with a bar and the
    // remaining time if expect() was told; elsewhere, of work that takes long, one line for
    // each step.
    void progress(const std::string& line);
    // The same of a command whose report itself has a line for each step: nothing in a log.
    void progress_on_terminal(const std::string& line);
    void clear_progress();

    void header(const model::RunRecord& run);
    // At most 30 lines of 120 columns for one program. `verbose` adds every check by name and every
    // bench in detail: rounds, clock, CPU contention, losses, overhead of the tool.
    void report(const model::RunRecord& run, bool verbose);
    // Prints one line, for example the name of the result file.
    void note(const std::string& line);

  private:
    // Like fmt::print() to the report's stream.
    template <class... Values>
    void print(fmt::format_string<decltype(printed(std::declval<const Values&>()))...> format,
               const Values&... values) const {
        write_raw(out_, fmt::format(format, printed(values)...));
    }
    [[nodiscard]] Painted paint(model::Outcome outcome, const std::string& text) const;
    void program(const model::RunRecord& run, const model::ProgramRecord& program, bool verbose);
    void checks(const model::RunRecord& run, const std::string& name, bool verbose);
    void replays(const model::RunRecord& run, const std::string& name);
    void lans(const model::RunRecord& run, const std::string& name);
    void offload(const model::OffloadRecord& offload);
    void details(const model::RunRecord& run, const std::string& name);
    void problems(const model::RunRecord& run);
    void problem(const model::CaseResult& result, std::size_t count);
    void conclusion(const model::RunRecord& run);

    std::FILE* out_;
    bool colour_;
    bool progress_;
    bool line_open_ = false;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    double expected_ = 0;         // s, from start_ on; 0: not known
    std::set<std::string> told_;  // the steps that were printed where lines stay
};

}  // namespace xdpbench::report
