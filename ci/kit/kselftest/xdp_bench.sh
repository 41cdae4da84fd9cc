#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A kselftest: the checks and replays of one program, as KTAP. Its exit code 4 is kselftest's skip.
# PROGRAM is an object or a reference program, INPUT what it gets, as --pcap FILE or --scenario FILE.
PROGRAM=${PROGRAM:-xdp_drop}

command -v xdp-bench >/dev/null || { echo "1..0 # SKIP xdp-bench is not installed"; exit 4; }
xdp-bench run --prog "$PROGRAM" ${INPUT:-} --only check,replay --json /dev/null --ktap /dev/fd/3 3>&1 >&2
