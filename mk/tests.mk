# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests, benchmarks, fuzzing.

F := $(B)/tests/fixtures
U := $(B)/tests/unit$(if $(VARIANT),-$(VARIANT))

unit_sources := $(sort $(wildcard tests/unit/*-test.c))
unit_programs := $(unit_sources:tests/unit/%.c=$(U)/%)
cli_cases := $(sort $(wildcard tests/cli/*.sh))
build_tests := $(filter-out %/harness.sh,$(sort $(wildcard tests/build/*.sh)))
flags_tests := $(filter-out %/harness.sh,$(sort $(wildcard tests/flags/*.sh)))

# Fixtures are i386 programs that the machine's compiler makes: no binary is kept in the tree.
m32 := $(CC) -m32 -O2
fixtures := $(addprefix $(F)/,segref.o segref.so segref-nosections.so large.so tls.o tls-pie tls-nopie tls-static tls-nosegneg)

# Kernels and their vDSOs: MASK BIT COUNT of the note, as the kernels of four times had it, and a lying count.
notes := tests/data/notes
vdso_xenlinux := 1 0 1
vdso_early := 1 1 1
vdso_pvops := 0 1 1
vdso_always := 2 1 1
vdso_count := 2 1 7
vdso_notes := xenlinux early pvops always count
packings := gzip xz zstd lz4 lzma bzip2 old
fixtures += $(vdso_notes:%=$(F)/vdso-%.so) $(addprefix $(F)/,vdso-none.so vdso-64.so vmlinux-32 vmlinux-64) \
	$(packings:%=$(F)/bzimage-%)
vdso_flags := -shared -nostdlib -Wl,-z,noseparate-code -Wl,-z,max-page-size=4096 -Wl,--build-id=none
kernel_flags := -static -nostdlib -no-pie -Wl,-z,noseparate-code -Wl,-z,max-page-size=4096 -Wl,--build-id=none

$(vdso_notes:%=$(F)/vdso-%.so): $(F)/vdso-%.so: $(notes)/vdso.S mk/tests.mk
	@mkdir -p $(@D)
	$(Q)$(m32) $(vdso_flags) -Wl,-soname,linux-gate.so.1 -DMASK=$(word 1,$(vdso_$*)) -DBIT=$(word 2,$(vdso_$*)) \
		-DCOUNT=$(word 3,$(vdso_$*)) $< -o $@
$(F)/vdso-none.so: $(notes)/vdso.S mk/tests.mk
	@mkdir -p $(@D)
	$(Q)$(m32) $(vdso_flags) -Wl,-soname,linux-gate.so.1 $< -o $@
$(F)/vdso-64.so: $(notes)/vdso.S mk/tests.mk
	@mkdir -p $(@D)
	$(Q)$(CC) -m64 $(vdso_flags) -Wl,-soname,linux-vdso.so.1 $< -o $@
$(F)/vmlinux-32: $(notes)/vmlinux.S $(F)/vdso-pvops.so $(F)/vdso-early.so
	$(Q)$(m32) $(kernel_flags) -DVDSO_A='"$(F)/vdso-pvops.so"' -DVDSO_B='"$(F)/vdso-early.so"' $< -o $@
$(F)/vmlinux-64: $(notes)/vmlinux.S $(F)/vdso-64.so $(F)/vdso-pvops.so
	$(Q)$(CC) -m64 $(kernel_flags) -DVDSO_A='"$(F)/vdso-64.so"' -DVDSO_B='"$(F)/vdso-pvops.so"' $< -o $@
$(packings:%=$(F)/bzimage-%): $(F)/bzimage-%: $(F)/vmlinux-32 $(notes)/make-bzimage
	$(Q)$(notes)/make-bzimage $< $* $@

$(F)/segref.o: tests/data/segref.S
	@mkdir -p $(@D)
	$(Q)$(m32) -Wa,--no-warn -c $< -o $@
$(F)/segref.so: $(F)/segref.o
	$(Q)$(m32) -shared -nostdlib -Wl,--no-warnings -Wl,-z,notext $< -o $@ 2>/dev/null || $(m32) -shared -nostdlib $< -o $@
$(F)/large.so: tests/data/large.S
	@mkdir -p $(@D)
	$(Q)$(m32) -shared -nostdlib -s $< -o $@
# The section header table is cut off by setting e_shoff, e_shnum and e_shstrndx to zero.
$(F)/segref-nosections.so: $(F)/segref.so
	$(Q)cp $< $@.tmp
	$(Q)head -c 4 /dev/zero | dd of=$@.tmp bs=1 seek=32 conv=notrunc status=none
	$(Q)head -c 4 /dev/zero | dd of=$@.tmp bs=1 seek=48 conv=notrunc status=none
	$(Q)mv $@.tmp $@
$(F)/tls.o: tests/data/tls.c
	@mkdir -p $(@D)
	$(Q)$(m32) -fno-pic -c $< -o $@
$(F)/tls-pie: tests/data/tls.c
	@mkdir -p $(@D)
	$(Q)$(m32) -fpie -pie $< -o $@
$(F)/tls-nopie: tests/data/tls.c
	@mkdir -p $(@D)
	$(Q)$(m32) -fno-pie -no-pie $< -o $@
$(F)/tls-static: tests/data/tls.c
	@mkdir -p $(@D)
	$(Q)$(m32) -static $< -o $@
$(F)/tls-nosegneg: tests/data/tls.c
	@mkdir -p $(@D)
	$(Q)$(m32) -mno-tls-direct-seg-refs -fpie -pie $< -o $@

# Files that belong to Xen: as mkelf32 makes them (32-bit files, whatever is inside), and as they are linked.
xen_images := xen-64 xen-32 xen-syms xen-shim xen-hvmloader xen-minios
fixtures += $(addprefix $(F)/,$(xen_images) xen-efi)
xen_flags := $(kernel_flags) -Wl,--build-id=0x0123456789abcdef
$(F)/xen-64: xen_cc := $(m32) -s -DXEN -DBITS=64
$(F)/xen-32: xen_cc := $(m32) -s -DXEN -DBITS=32
$(F)/xen-syms: xen_cc := $(CC) -m64 -DXEN -DBITS=64 -DSYMS
$(F)/xen-shim: xen_cc := $(m32) -s -DXEN -DBITS=64 -DSHIM
$(F)/xen-hvmloader: xen_cc := $(m32) -s -DHVMLOADER
$(F)/xen-minios: xen_cc := $(CC) -m64 -DMINIOS
$(xen_images:%=$(F)/%): $(notes)/xen.S mk/tests.mk
	@mkdir -p $(@D)
	$(Q)$(xen_cc) $(xen_flags) $< -o $@
$(F)/xen-efi: $(notes)/xen.S
	@mkdir -p $(@D)
	$(Q)$(CC) -m64 -c -DXEN -DBITS=64 $< -o $@.o
	$(Q)ld -m i386pep --subsystem 10 -e _start $@.o -o $@ && rm $@.o

# Laid out in memory as in the file, as real ones are: made for the purpose, and this kernel's own, if it
# runs i386 programs.
fixtures += $(addprefix $(F)/,vdso-image.so vdso-image-none.so vdso-kernel)
$(F)/vdso-image.so: vdso_defines := -DMASK=0 -DBIT=1 -DCOUNT=1
$(F)/vdso-image.so $(F)/vdso-image-none.so: $(notes)/vdso.S $(notes)/vdso.lds
	@mkdir -p $(@D)
	$(Q)$(m32) $(vdso_flags) -s -Wl,--hash-style=sysv -Wl,--eh-frame-hdr -Wl,-T,$(notes)/vdso.lds \
		-Wl,-soname,linux-gate.so.1 -DCFI $(vdso_defines) $< -o $@
$(F)/vdso-dump: tests/data/vdso-dump.c
	@mkdir -p $(@D)
	$(Q)$(m32) -static $< -o $@
$(F)/vdso-kernel: $(F)/vdso-dump $(F)/vdso-image.so
	$(Q)$< >$@ || cp $(F)/vdso-image.so $@

# Asks the processor what a segment lets pass.
fixtures += $(F)/segment-probe
$(F)/segment-probe: tests/data/segment-probe.c
	@mkdir -p $(@D)
	$(Q)$(m32) -static -msse $< -o $@

fixtures += $(addprefix $(F)/,object-32-old.so object-32-new.so object-64-old.so object-64-new.so)
$(F)/object-%.so: $(wildcard tests/data/object/*)
	@mkdir -p $(@D)
	$(Q)tests/data/object/make-object $(subst -, ,$*) $@

# Loaders with few and more private symbols, and libraries that want them.
fixtures += $(addprefix $(F)/private-,ld-few.so ld-more.so lib-few.so lib-more.so)
private := $(m32) -fPIC -shared -nostdlib -Wl,--hash-style=both
$(F)/private-ld-few.so $(F)/private-ld-more.so: $(F)/private-ld-%.so: tests/data/private/ld.c tests/data/private/ld.map
	@mkdir -p $(@D)
	$(Q)$(private) $(and $(filter more,$*),-DMORE) -Wl,-soname,ld-linux.so.2 \
		-Wl,--version-script,tests/data/private/ld.map $< -o $@
$(F)/private-lib-few.so $(F)/private-lib-more.so: $(F)/private-lib-%.so: tests/data/private/lib.c $(F)/private-ld-more.so
	$(Q)$(private) $(and $(filter more,$*),-DMORE) $^ -o $@

# Programs for the simulator's parts: without tables and with a frame pointer, or with neither; and names, in a file of
# their own by build-id.
stack_data := tests/data/sim
stack_cc := $(m32) -fno-pie -no-pie -fomit-frame-pointer -pthread
names_debug := $(F)/sim-root/usr/lib/debug/.build-id/ab/cdef0123456789.debug
fixtures += $(addprefix $(F)/,sim-stack sim-stack-pie sim-stack-static sim-stack-frames sim-stack-bare sim-stack-a.so \
	sim-stack-b.so sim-stack-c.so sim-names sim-names-odd sim-names-one) $(names_debug)
$(F)/sim-stack-pie: stack_flags := -fpie -pie
$(F)/sim-stack-static: stack_flags := -static -DSTATIC
stack_bare := -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-exceptions
$(F)/sim-stack-frames: stack_flags := $(stack_bare) -fno-omit-frame-pointer
$(F)/sim-stack-bare: stack_flags := $(stack_bare)
$(F)/sim-stack $(addprefix $(F)/sim-stack,-pie -static -frames -bare): $(stack_data)/stack.c
	@mkdir -p $(@D)
	$(Q)$(stack_cc) $(stack_flags) $< -ldl -o $@
$(F)/sim-stack-%.so: $(stack_data)/library.c
	@mkdir -p $(@D)
	$(Q)$(m32) -fpic -shared -DNAME=in_$* -DROOM=$(if $(filter b,$*),400,4) $(if $(filter c,$*),-DCONSTRUCTOR) $< -o $@
$(F)/sim-names: $(stack_data)/names.cpp
	@mkdir -p $(@D)
	$(Q)$(PROGRAM_CXX) -O2 -Wl,--build-id=0xabcdef0123456789 $< -o $@
$(F)/sim-names-odd: $(F)/sim-names
	$(Q)objcopy --redefine-sym exported="$$(printf 'odd\033[2J\nna;me')" $< $@
$(F)/sim-names-one: $(F)/sim-names
	$(Q)objcopy --strip-all --keep-symbol=exported --remove-section=.note.gnu.build-id $< $@
$(names_debug): $(F)/sim-names
	@mkdir -p $(@D)
	$(Q)objcopy --only-keep-debug $< $@
	$(Q)objcopy --strip-all $< $(F)/sim-root/names

# A container that forbids a system call.
fixtures += $(F)/deny $(F)/sim-wait
$(F)/sim-wait: tests/data/sim/wait.c
	@mkdir -p $(@D)
	$(Q)$(m32) $< -o $@
$(F)/deny: tests/data/sim/deny.c
	@mkdir -p $(@D)
	$(Q)$(compile) $< -o $@

# Tests of the tools' own judgement link the tools, without main.
CHECK_LIB := $(dir $(LIB))libcheck.a
$(CHECK_LIB): $(filter-out %/main.o,$(check_objects)) $(common_objects)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^
judge_tests := $(filter %-judge-test,$(unit_programs))
$(judge_tests): $(CHECK_LIB)
$(judge_tests): unit_flags := -Itools/nosegneg-check $(CHECK_LIB)

# So do those of the simulator's parts.
SIM_LIB := $(dir $(LIB))libsim.a
$(SIM_LIB): $(filter-out %/main.o,$(sim_objects)) $(common_objects)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^
part_tests := $(filter $(U)/sim-%-test,$(unit_programs))
$(part_tests): $(SIM_LIB)
$(part_tests): unit_flags := -Itools/nosegneg-sim $(SIM_LIB) -liberty

$(U)/auto-test: $(wildcard ldconfig-hwcap/auto.* ldconfig-hwcap/*.h)
$(U)/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(LIB) mk/tests.mk
	@mkdir -p $(@D)
	$(call say,TEST,$<)
	$(Q)$(compile) -Itests/unit -DUNIT_FIXTURES='"$(abspath $(F))"' $< $(unit_flags) $(LIB) $(our_ldflags) $(LDFLAGS) \
		-lcmocka $(check_libs) -o $@

.PHONY: check-resolve bench-resolve
.PHONY: run-tests check-unit check-cli check-flags check-build check-asan check-scan-corpus fuzz lint bench-scan update-cli
run-tests: $(unit_programs) $(fixtures) tools $(SUITE_STAMP) libs $(distro_tools) sim-programs
	$(Q)tests/run $(B)/tests/log $(unit_programs) $(cli_cases) tests/resolve/compare-ldso \
		$(build_tests) $(flags_tests) $(distro_tests) $(sim_tests)

check-unit: $(unit_programs) $(fixtures) ## the unit tests alone
	$(Q)tests/run $(B)/tests/log $(unit_programs)

check-cli: tools $(fixtures) ## the command-line tests alone
	$(Q)tests/run $(B)/tests/log $(cli_cases)

check-flags: setup-packages tools ## build a small library with each of the files in conf/flags, and scan it
	$(Q)tests/run $(B)/tests/log $(flags_tests)

.PHONY: check-rebuild
check-rebuild: tools $(distro_tools) ## follow docs/rebuild-a-library.md, with the packages in dist/ (3 to 10 minutes, network)
	$(Q)REBUILD=1 DIST=$(DIST) tests/run $(B)/tests/log tests/distro/rebuild.sh

update-cli: tools $(fixtures) ## rewrite the command-line tests' expected output; read the diff
	$(Q)for case in $(cli_cases); do tests/cli-case --update $$case; done

check-asan: ## unit and command-line tests and a large scan under AddressSanitizer and UBSan
	$(Q)$(MAKE) --no-print-directory VARIANT=asan run-asan

.PHONY: run-asan
run-asan: $(unit_programs) $(fixtures) $(programs)
	$(Q)BIN=$(CURDIR)/$(BIN) tests/run $(B)/tests/log-asan $(unit_programs) $(cli_cases)
	$(Q)$(NOSEGNEG_CHECK) scan /usr/lib/i386-linux-gnu $(F) >$(B)/tests/asan-scan.txt || test $$? = 1
	$(Q)tail -n 1 $(B)/tests/asan-scan.txt

check-resolve: tools ## compare the resolver with the real loader on every program of this machine
	$(Q)BIN=$(abspath $(BIN)) tests/resolve/compare-ldso

check-scan-corpus: tools ## compare the scanner with objdump on hundreds of Debian's i386 files (5 minutes, 500 MB)
	$(Q)tests/scan/fetch-corpus $(B)/tests/corpus
	$(Q)tests/scan/compare-objdump $(NOSEGNEG_CHECK) $(B)/tests/corpus/root /usr/lib/i386-linux-gnu

bench_timers := $(B)/bench/best $(B)/bench/floor
$(B)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(Q)$(compile) $< -o $@

bench-scan: tools $(bench_timers) ## the scanner against objdump, and against reading the bytes once
	$(Q)tests/bench/scan $(NOSEGNEG_CHECK) $(B)/bench

bench-resolve: tools $(bench_timers) ## the resolver against ldd, and against the loader itself
	$(Q)tests/bench/resolve $(NOSEGNEG_CHECK) $(B)/bench

# libFuzzer wants clang. Findings and the grown corpus of each target stay in build/fuzz.
FUZZ_SECONDS ?= 600
fuzz_targets := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(sort $(wildcard tests/fuzz/*-fuzz.c)))
$(fuzz_targets): $(B)/fuzz/%: tests/fuzz/%.c $(lib_sources)
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(Q)clang $(filter-out -Wshadow,$(our_cflags)) -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=undefined -pthread $^ $(check_libs) -o $@
fuzz: $(fuzz_targets) $(fixtures) ## fuzz each target for FUZZ_SECONDS (600; make setup-fuzz installs clang)
	$(Q)for target in $(fuzz_targets); do tests/fuzz/run $$target $(B)/fuzz $(FUZZ_SECONDS) $(F) || exit 1; done

# cppcheck does not know __attribute__((cleanup)) and reports leaks, nor that process_vm_readv(2) fills a buffer.
lint_sources = $(lib_sources) $(common_sources) $(check_sources) $(sim_sources) $(copy_sources) $(helper_sources)
lint: ## clang-format and cppcheck (when installed)
	$(Q)clang-format --dry-run -Werror $(lint_sources) $(wildcard lib/*/*.h tools/*/*.h ldconfig-hwcap/*.h) $(unit_sources)
	$(Q)cppcheck --quiet --enable=warning,performance,portability --suppress=memleak --suppress=ctuuninitvar --error-exitcode=1 -Ilib \
		$(lint_sources)
