// The report on the console, and the progress line.
#pragma once

#include <cstdio>
#include <string>

#include "model/run.h"

namespace xdpbench::report {

class Console {
  public:
    // The report goes to `out`, in colour only on a terminal and without NO_COLOR. Progress is
    // printed only if standard error is a terminal.
    explicit Console(std::FILE* out);
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;
    Console(Console&&) = delete;
    Console& operator=(Console&&) = delete;
    ~Console() { clear_progress(); }

    // Prints a line that the next one overwrites.
    void progress(const std::string& line);
    void clear_progress();

    void header(const model::RunRecord& run);
    // At most 30 lines of 120 columns for one program. `verbose` adds every check by name and every
    // bench in detail: rounds, clock, CPU contention, losses, overhead of the tool.
    void report(const model::RunRecord& run, bool verbose);
    // Prints one line, for example the name of the result file.
    void note(const std::string& line);

  private:
    [[nodiscard]] std::string paint(model::Outcome outcome, const std::string& text) const;
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
};

}  // namespace xdpbench::report
