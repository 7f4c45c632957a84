# The Xen section: of a dom0 with its toolstack, with others and with none, of domUs, in a container, and of no Xen.
trees=$(dirname "$0")/../data/trees
memory=sys/devices/system/xen_memory/xen_memory0 clock=sys/devices/system/clocksource/clocksource0

# tree NAME: a copy of that captured tree, as a newer tools/capture would have left it on Xen.
tree() {
	rm -rf root
	cp -r "$trees/$1" root
	chmod -R u+w root
	mkdir -p root/$memory/info root/$clock root/sys/hypervisor/{compilation,properties} root/usr/lib/xen-common root/proc
	echo 969456 | tee root/$memory/info/current_kb >root/$memory/target_kb
	echo 1 >root/$memory/retry_count
	echo tsc >root/$clock/current_clocksource
	echo 'tsc xen ' >root/$clock/available_clocksource
	echo 'console=hvc0 panic=5' >root/proc/cmdline
	echo pkg-xen-devel >root/sys/hypervisor/compilation/compiled_by
	echo 'Wed Nov  4 16:52:28 UTC 2026' >root/sys/hypervisor/compilation/compile_date
	echo 'x86_64-linux-gnu-gcc (Debian 12.2.0-14+deb12u1) 12.2.0' >root/sys/hypervisor/compilation/compiler
	echo >root/sys/hypervisor/properties/changeset
	printf '\025\033\067\077' >root/sys/hypervisor/properties/buildid
	printf 'nosegneg-capture 1\nlooked toolstack\n' >root/nosegneg-capture
}

xl() {
	mkdir -p "root/usr/lib/xen-$1/bin"
	: >"root/usr/lib/xen-$1/bin/xl"
}

# What is about Xen, and the findings but the one about nosegneg itself.
section() {
	echo "== $1"
	nosegneg-check --root root | grep -E '^  (Xen|guests|built|tools|cmdline|clock|balloon|not read) |^( *[0-9]\.|    mend)' |
		grep -v xen-32-on-64
}

tree dom0
xl 4.17
xl 4.14
section 'dom0, with a toolstack for another release besides'
nosegneg-check --root root --json | python3 -c '
import json, sys
print(json.dumps(json.load(sys.stdin)["xen"], indent=2, sort_keys=True))'
nosegneg-check --root root --format prometheus | grep '^nosegneg_xen'
rm -r root/usr/lib/xen-4.17
section 'a toolstack of another release'
rm -r root/usr/lib/xen-4.14
section 'no toolstack'
rm root/proc/xen/capabilities
section 'a container there: it needs none'
sed -i /toolstack/d root/nosegneg-capture
echo control_d >root/proc/xen/capabilities
section 'nobody looked for one'

tree pvh
echo hpet >root/$clock/current_clocksource
echo 'xen tsc hpet acpi_pm ' >root/$clock/available_clocksource
echo 524288 >root/$memory/target_kb
section 'a slow clock, a balloon on its way'
echo 5 >root/$memory/retry_count
section 'a balloon that is stuck'

tree pv
printf '<denied>' >root/sys/hypervisor/properties/buildid
echo many >root/$memory/target_kb
printf 'root=/dev/xvda1 \033[2J\\ "\xff"\n' >root/proc/cmdline
echo 'unreadable /sys/hypervisor/compilation/compiler' >>root/nosegneg-capture
rm root/sys/hypervisor/compilation/compiler
section 'not told, not a number, not readable, hostile'
nosegneg-check --root root --json | python3 -c '
import json, sys
xen = json.load(sys.stdin)["xen"]
print(xen["domain"], xen["mode"], xen["build_id"], xen["balloon_target_kib"], xen["command_line"], xen["unreadable"])'

tree kvm
section 'not Xen'
nosegneg-check --root root --json | grep '"xen": null'
nosegneg-check --root root --format prometheus | grep "^nosegneg_xen" || echo "no metrics of Xen"
