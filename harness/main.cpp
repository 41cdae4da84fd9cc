#include "base/interrupt.h"
#include "base/print.h"
#include "base/standard_streams.h"
#include "commands/command.h"
#include "commands/command_line.h"
#include "probe/privileges.h"

int main(int argc, char** argv) {
    using namespace xdpbench;
    hold_standard_streams();
    catch_interrupts();
    if (const Result<void> dropped = probe::drop_other_privileges(); !dropped) {
        print(stderr, "xdp-bench: {}\n", dropped.error().text());
        return commands::kNothingRan;
    }
    return commands::command_line({argv + 1, argv + argc});
}
