#include "probe/labels.h"

#include <array>
#include <cstdlib>
#include <system_error>

#include "base/text.h"

namespace xdpbench::probe {
namespace {

namespace fs = std::filesystem;

// The variables of one CI system; of two for one label the first that is set. The system is known
// by its commit.
struct CiSystem {
    const char* commit;
    std::array<const char*, 2> branch;
    const char* build;
};

// As documented by GitHub Actions (and Gitea, Forgejo), GitLab CI, Jenkins, Azure Pipelines,
// Buildkite, CircleCI, Cirrus CI and Travis CI. A pull request's own branch comes first.
constexpr std::array kSystems{
    CiSystem{"GITHUB_SHA", {"GITHUB_HEAD_REF", "GITHUB_REF_NAME"}, "GITHUB_RUN_ID"},
    CiSystem{"CI_COMMIT_SHA",
             {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"},
             "CI_PIPELINE_ID"},
    CiSystem{"GIT_COMMIT", {"CHANGE_BRANCH", "BRANCH_NAME"}, "BUILD_NUMBER"},
    CiSystem{"BUILD_SOURCEVERSION",
             {"SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCHNAME"},
             "BUILD_BUILDNUMBER"},
    CiSystem{"BUILDKITE_COMMIT", {"BUILDKITE_BRANCH", ""}, "BUILDKITE_BUILD_NUMBER"},
    CiSystem{"CIRCLE_SHA1", {"CIRCLE_BRANCH", ""}, "CIRCLE_BUILD_NUM"},
    CiSystem{"CIRRUS_CHANGE_IN_REPO", {"CIRRUS_BRANCH", ""}, "CIRRUS_BUILD_ID"},
    CiSystem{
        "TRAVIS_COMMIT", {"TRAVIS_PULL_REQUEST_BRANCH", "TRAVIS_BRANCH"}, "TRAVIS_BUILD_NUMBER"},
};

std::string environment_variable(const char* name) {
    const char* const value = *name == '\0' ? nullptr : std::getenv(name);
    return value == nullptr ? "" : value;
}

void add(model::Labels& labels, const char* name, std::string value) {
    if (!value.empty() && !find_unprintable(value)) labels.emplace(name, std::move(value));
}

}  // namespace

model::Labels ci_labels(const Variables& variable) {
    model::Labels labels;
    for (const CiSystem& system : kSystems) {
        if (variable(system.commit).empty()) continue;
        add(labels, "commit", variable(system.commit));
        for (const char* const branch : system.branch) add(labels, "branch", variable(branch));
        add(labels, "build", variable(system.build));
        return labels;
    }
    add(labels, "build", variable("BUILD_NUMBER"));
    return labels;
}

model::Labels join_labels(const std::optional<Checkout>& checkout, model::Labels of_ci) {
    if (!checkout) return of_ci;
    if (of_ci["commit"] != checkout->commit) of_ci.erase("branch");
    of_ci["commit"] = checkout->commit;
    if (!checkout->branch.empty()) of_ci["branch"] = checkout->branch;
    return of_ci;
}

std::optional<Checkout> checkout_of(const std::vector<fs::path>& objects) {
    std::optional<Checkout> common;
    for (const fs::path& object : objects) {
        std::error_code error;
        const fs::path file = fs::canonical(object, error);
        const std::optional<Checkout> found =
            error ? std::nullopt : find_checkout(file.parent_path());
        if (!found || (common && common->commit != found->commit)) return std::nullopt;
        common = found;
    }
    return common;
}

model::Labels find_labels(const std::vector<fs::path>& objects, const model::Labels& given) {
    model::Labels labels = given;
    labels.merge(join_labels(checkout_of(objects), ci_labels(environment_variable)));
    return labels;
}

}  // namespace xdpbench::probe
