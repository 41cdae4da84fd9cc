// What a program does with frames now, for `record`: nothing is expected of it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/recorded_events.h"
#include "engine/subject.h"

namespace xdpbench {

struct FrameResult {
    Action action = Action::pass;
    Frame out;
    Mask varying;  // fields of `out` that differed between two runs
};

struct Recording {
    Program program;                  // as it is behind the last frame
    std::vector<FrameResult> frames;  // one a frame given
    // Entries that are other than before the first frame, by map; one that is gone is `absent`.
    std::vector<MapContent> changes;
    std::vector<RecordedEvents> recorded;  // what came out of the event maps
    std::vector<EventExpectation> events;  // what of that can be expected
    // What cannot be expected, each with the reason.
    std::vector<std::string> unsteady;
};

// Runs `frames` through the subject's program, set up with `extra` on top, one after the other with
// state kept; twice, each time from the start, to see what does not depend on the frames alone. A
// frame with an action that no scenario can expect, or with another one the second time, is an
// error. `types` are those of events, where they are named.
Result<Recording> record_frames(const Subject& subject, const Configuration& extra,
                                const Frames& frames, const EventTypes& types = {});

}  // namespace xdpbench
