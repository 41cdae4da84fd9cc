#include "traffic/side_by_side.h"

#include <atomic>
#include <latch>
#include <system_error>
#include <thread>

#include "traffic/pinned.h"

namespace xdpbench::traffic {

Result<void> side_by_side(const std::vector<int>& cpus,
                          const std::function<Result<void>(std::size_t)>& work) {
    std::vector<Result<void>> results(cpus.size());
    std::latch ready(static_cast<std::ptrdiff_t>(cpus.size()));
    std::atomic<bool> all_there = true;
    const auto run = [&](std::size_t i) {
        const Result<PinnedThread> pinned = PinnedThread::pin(cpus[i]);
        if (!pinned) {
            results[i] = pinned.error();
            all_there = false;
        }
        ready.arrive_and_wait();
        if (all_there) results[i] = work(i);
    };
    std::vector<std::jthread> others;
    Result<void> started;
    try {
        for (std::size_t i = 1; i < cpus.size(); ++i) others.emplace_back(run, i);
    } catch (const std::system_error& error) {
        started = system_error("cannot start a thread for each CPU", error.code().value(),
                               "this user or container may not have more (ulimit -u, pids.max)");
        all_there = false;
        ready.count_down(static_cast<std::ptrdiff_t>(cpus.size() - others.size()));
    }
    if (started) run(0);
    others.clear();  // joins
    XDPBENCH_CHECK(started);
    for (const Result<void>& result : results) XDPBENCH_CHECK(result);
    return {};
}

}  // namespace xdpbench::traffic
