// An object file as clang writes it, opened and described without the kernel. Input: SETTING \0
// then ELF.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "base/unique_fd.h"
#include "bpf/program.h"
#include "fuzz.h"
#include "scenario/assignment.h"
#include "target/settings.h"

namespace xdpbench {
namespace {

void describe(bpf::Program& program, const std::string& setting) {
    (void)program.map_names();
    (void)program.global_names();
    (void)program.offload_obstacles("driver");
    const Result<scenario::Assignment> assignment = scenario::parse_assignment(setting);
    if (!assignment) return;
    const Result<scenario::Configuration> configuration =
        target::settings_for(program, {*assignment});
    if (configuration) (void)program.configure(*configuration);
}

}  // namespace
}  // namespace xdpbench

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace xdpbench;
    static const bool quiet = (bpf::set_up_libbpf(false), true);
    (void)quiet;
    std::string_view rest = fuzz::text_of(data, size);
    const std::string setting(fuzz::take_part(rest));
    // From a file, as users name one: only those are tried in a child first, for libbpf does not
    // survive all of them.
    const UniqueFd file(::memfd_create("object", MFD_CLOEXEC));
    if (::write(file.get(), rest.data(), rest.size()) != static_cast<ssize_t>(rest.size()))
        return 0;
    Result<bpf::Program> program =
        bpf::Program::open("/proc/self/fd/" + std::to_string(file.get()), "");
    if (program) describe(*program, setting);
    return 0;
}
