#!/usr/bin/env bash
# Installs the Debian packages that the tests drive: a browser, the peers they
# compare with, Prometheus. Does nothing where all are there.
set -euo pipefail
need=()
have() { command -v "$1" >/dev/null 2>&1; }
have chromium || need+=(chromium)
have promtool || need+=(prometheus)
/usr/bin/python3 -c 'import feedparser' 2>/dev/null || need+=(python3-feedparser)
[ -e /usr/include/hs/hs.h ] || need+=(libhyperscan-dev)
[ ${#need[@]} -eq 0 ] && exit 0
if ! have apt-get; then
	echo "missing: ${need[*]}; install them by your system's means" >&2
	exit 1
fi
run=""
[ "$(id -u)" -eq 0 ] || run="sudo"
$run apt-get update -qq
DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
