# Addresses vary with the linker; everything else is fixed.
nosegneg-check scan --instructions fixtures/segref.o
