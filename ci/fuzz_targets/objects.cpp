// An object file as clang writes it, opened and described without the kernel. Input: SETTING \0
// then ELF.
#include <bpf/libbpf.h>

#include <span>
#include <string>

#include "engine/settings.h"
#include "fuzz.h"
#include "kernel/program.h"
#include "scenario/assignment.h"

namespace xdpbench {
namespace {

void describe(Program& program, const std::string& setting) {
    (void)program.map_names();
    (void)program.global_names();
    (void)program.offload_obstacles("driver");
    const Result<Assignment> assignment = parse_assignment(setting);
    if (!assignment) return;
    const Result<Configuration> configuration = settings_for(program, {*assignment});
    if (configuration) (void)program.configure(*configuration);
}

}  // namespace
}  // namespace xdpbench

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace xdpbench;
    static const bool quiet = (set_up_libbpf(false), true);
    (void)quiet;
    std::string_view rest = fuzz::text_of(data, size);
    const std::string setting(fuzz::take_part(rest));
    const std::span object(reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size());
    Result<Program> program = Program::open_built_in("fuzz.o", object, "");
    if (program) describe(*program, setting);
    return 0;
}
