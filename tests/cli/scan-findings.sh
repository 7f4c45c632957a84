# --findings leaves out what is safe.
nosegneg-check scan --findings -i fixtures/segref.o | grep -c ' safe '
nosegneg-check scan --findings fixtures/segref.o | head -n 1
