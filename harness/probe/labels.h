// The labels that a result gets by itself: from the checkout of the program and from the variables
// of CI systems.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/labels.h"
#include "probe/checkout.h"

namespace xdpbench::probe {

// Of programs whose object files are `objects`: the commit and branch of the checkout that they all
// lie in, and of the CI job. `given` win over both.
[[nodiscard]] model::Labels find_labels(const std::vector<std::filesystem::path>& objects,
                                        const model::Labels& given);

// The checkout that all of these files lie in; nothing if they lie in different ones.
[[nodiscard]] std::optional<Checkout> checkout_of(
    const std::vector<std::filesystem::path>& objects);

// The pure parts. `variable` returns the value of an environment variable, "" if it is not set.
using Variables = std::function<std::string(const char*)>;
[[nodiscard]] model::Labels ci_labels(const Variables& variable);

// The CI job's branch is that of the checkout only if they are at the same commit: a job may check
// out the base of a pull request, too.
[[nodiscard]] model::Labels join_labels(const std::optional<Checkout>& checkout,
                                        model::Labels of_ci);

}  // namespace xdpbench::probe
