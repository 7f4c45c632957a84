# Kernels of both classes, as their files are and as a bzImage: the vDSOs inside, and what is there for Xen.
nosegneg-check kernel fixtures/vmlinux-32 fixtures/vmlinux-64 fixtures/bzimage-zstd |
	sed 's/[0-9]* bytes/N bytes/; s/ at 0x[0-9a-f]*/ at OFFSET/'
