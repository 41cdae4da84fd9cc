// The report for a person, and progress while there is something to wait for.
#pragma once

#include <cstdio>
#include <string>

#include "report/model.h"

namespace xdpbench {

class Console {
  public:
    // `out` gets the report. Colour only on a terminal and without NO_COLOR; progress only when
    // standard error is a terminal.
    explicit Console(std::FILE* out);
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;
    Console(Console&&) = delete;
    Console& operator=(Console&&) = delete;
    ~Console() { clear_progress(); }

    // One line that the next one overwrites.
    void progress(const std::string& line);
    void clear_progress();

    void header(const RunRecord& run);
    void report(const RunRecord& run, bool verbose);
    // A line of its own, e.g. where the result went.
    void note(const std::string& line);

  private:
    [[nodiscard]] std::string paint(Outcome outcome, const std::string& text) const;
    void program(const RunRecord& run, const ProgramRecord& program, bool verbose);
    void checks(const RunRecord& run, const std::string& name, bool verbose);
    void replays(const RunRecord& run, const std::string& name);
    void lans(const RunRecord& run, const std::string& name);
    void offload(const OffloadRecord& offload);
    void bench(const BenchRecord& bench);
    void scaling(const ScalingRecord& scaling);
    void problems(const RunRecord& run);
    void problem(const CaseResult& result, std::size_t count);
    void conclusion(const RunRecord& run);

    std::FILE* out_;
    bool colour_;
    bool progress_;
    bool line_open_ = false;
};

}  // namespace xdpbench
