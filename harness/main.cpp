#include "base/interrupt.h"
#include "base/standard_streams.h"
#include "commands/command_line.h"

int main(int argc, char** argv) {
    xdpbench::hold_standard_streams();
    xdpbench::catch_interrupts();
    return xdpbench::commands::command_line({argv + 1, argv + argc});
}
