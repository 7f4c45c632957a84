# promtool has nothing to say about the metrics.
command -v promtool >/dev/null || { echo 'no promtool'; exit 77; }
. "$(dirname "$0")/../data/roots/make.sh"
system 2.25
conf xen.conf 'hwcap 0 nosegneg' 'hwcap 1 nosegneg'
nosegneg-check --root root --format prometheus | promtool check metrics
nosegneg-check --root "$(dirname "$0")/../data/trees/kvm" --format prometheus | promtool check metrics
nosegneg-check --all --no-scan --format prometheus | promtool check metrics
