// The report for a person, and progress while there is something to wait for.
#pragma once

#include <cstdio>
#include <string>

#include "model/run.h"

namespace xdpbench::report {

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

    void header(const model::RunRecord& run);
    void report(const model::RunRecord& run, bool verbose);
    // A line of its own, e.g. where the result went.
    void note(const std::string& line);

  private:
    [[nodiscard]] std::string paint(model::Outcome outcome, const std::string& text) const;
    void program(const model::RunRecord& run, const model::ProgramRecord& program, bool verbose);
    void checks(const model::RunRecord& run, const std::string& name, bool verbose);
    void replays(const model::RunRecord& run, const std::string& name);
    void lans(const model::RunRecord& run, const std::string& name);
    void offload(const model::OffloadRecord& offload);
    void bench(const model::BenchRecord& bench);
    void scaling(const model::ScalingRecord& scaling);
    void problems(const model::RunRecord& run);
    void problem(const model::CaseResult& result, std::size_t count);
    void conclusion(const model::RunRecord& run);

    std::FILE* out_;
    bool colour_;
    bool progress_;
    bool line_open_ = false;
};

}  // namespace xdpbench::report
