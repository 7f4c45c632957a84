nosegneg-check scan --symbols fixtures/segref.so
