#!/bin/sh
# One group of `xdp-bench qualify` as a kselftest: KTAP on standard output, exit code 0 passed, 1 failed, 4 skipped.
# The wrappers qualify_*.sh run it with the group in their name. README.md has the environment.
set -u

group=$(basename "$0" .sh)
group=${group#qualify_}
here=$(cd "$(dirname "$0")" && pwd)
tool=${XDP_BENCH:-xdp-bench}

skip() {
    printf 'KTAP version 1\n1..0 # SKIP %s\n# Totals: pass:0 fail:0 xfail:0 xpass:0 skip:1 error:0\n' "$1"
    exit 4
}

# As the kernel's driver tests: net.config is next to the test.
[ ! -f "$here/net.config" ] || cd "$here" || exit 1
[ -n "${NETIF:-}" ] || grep -qs '^[[:space:]]*NETIF[[:space:]]*=' net.config || skip "NETIF is not set: README.md"
[ "$(id -u)" = 0 ] || skip "it needs root"
"$tool" generate --help 2>/dev/null | grep -q 'JSON lines' || skip "$tool is not this xdp-bench: set XDP_BENCH to its path"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
set -- --group "$group" --json "$folder/result.json" --ktap "$folder/result.ktap"
[ -z "${PEER:-}" ] || set -- "$@" --dev "${NETIF:-}" --peer "$PEER"
[ -z "${XDP_BENCH_REMOTE:-}" ] || set -- "$@" --remote-tool "$XDP_BENCH_REMOTE"
# A runner stops a test after its `timeout` (settings: 600 s); before that what is known is printed.
timeout -s INT -k 20 "${XDP_BENCH_SECONDS:-540}" "$tool" qualify "$@" >"$folder/report" 2>&1
code=$?
sed 's/^/# /' "$folder/report" >&2
if [ -s "$folder/result.ktap" ]; then
    cat "$folder/result.ktap"
else
    reason=$(sed -n 's/^xdp-bench: //p' "$folder/report" | tail -n 1)
    [ "$code" != 4 ] || skip "${reason:-nothing could run here}"
    printf 'KTAP version 1\n1..1\nnot ok 1 qualify.%s # %s\n' "$group" "${reason:-ended with exit code $code}"
    printf '# Totals: pass:0 fail:1 xfail:0 xpass:0 skip:0 error:0\n'
fi
case "$code" in
0) exit 0 ;;
4) exit 4 ;;
*) exit 1 ;;
esac
