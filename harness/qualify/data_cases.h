// The cases of the group data, by what they are about.
#pragma once

#include "base/result.h"
#include "model/action.h"
#include "qualify/context.h"
#include "qualify/ruling.h"

namespace xdpbench::qualify {

// Frames of all lengths, short, odd and the longest, that take one action.
Result<Ruling> frames_take(Context& context, model::Action action);
// Frames in several buffers, short ones between them.
Result<Ruling> fragments(Context& context);

Result<Ruling> move_head(Context& context);
Result<Ruling> move_tail(Context& context);

Result<Ruling> metadata_to_stack(Context& context);

// Tags of 802.1Q or 802.1ad with the port's rx-vlan-offload off or on.
Result<Ruling> vlan_tags(Context& context, std::uint16_t protocol, bool offload);

// The stack takes frames with right checksums and no others.
Result<Ruling> checksums(Context& context);

// What many frames that are sent back are looked at for.
enum class Integrity { loss, bytes, length, copies, order };
Result<Ruling> integrity(Context& context, Integrity what);
// The shortest of many round trips.
Result<Ruling> delay(Context& context);

// Native and generic mode do the same with mixed and hostile captures.
Result<Ruling> modes(Context& context);

}  // namespace xdpbench::qualify
