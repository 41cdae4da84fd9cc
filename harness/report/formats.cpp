#include "report/formats.h"

#include <array>

#include "report/html.h"
#include "report/junit.h"
#include "report/ktap.h"
#include "report/markdown.h"
#include "report/openmetrics.h"

namespace xdpbench::report {

std::span<const OutputFormat> output_formats() {
    static constexpr std::array kFormats{
        OutputFormat{"--html", "the result as a page with charts too", to_html},
        OutputFormat{"--junit", "the outcomes as JUnit XML too", to_junit},
        OutputFormat{"--ktap", "the outcomes as KTAP too", to_ktap},
        OutputFormat{"--metrics", "the figures as OpenMetrics text too", to_openmetrics},
        OutputFormat{"--markdown", "a summary for a pull request as Markdown too", to_markdown},
    };
    return kFormats;
}

}  // namespace xdpbench::report
