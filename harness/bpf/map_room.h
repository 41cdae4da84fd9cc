// How many entries the maps of an object have room for.
#pragma once

struct bpf_object;

namespace xdpbench::bpf {

// Before load(), of a program that is loaded to see what it costs and never run: room for one entry
// in the maps whose size the verifier does not look at (hashes and prefix tries), so that millions
// of entries are not made for nothing. Nothing is done to no object.
void leave_no_room(const bpf_object* object);

}  // namespace xdpbench::bpf
