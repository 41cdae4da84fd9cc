// OpenMetrics 1.0 text, put together family by family.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xdpbench::report {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

// Metric families, each with its samples in one piece, as the format demands. A family without
// samples is left out.
class MetricFamilies {
  public:
    void declare(const std::string& name, std::string_view type, std::string_view unit,
                 std::string_view help);
    // A sample of the family declared last.
    void add(const MetricLabels& labels, double value);
    [[nodiscard]] std::string text() const;

  private:
    struct Family {
        std::string name;
        std::string head;
        std::string samples;
    };
    std::vector<Family> families_;
};

}  // namespace xdpbench::report
