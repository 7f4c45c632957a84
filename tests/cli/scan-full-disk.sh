# Output that cannot be written is a failure, not a result.
nosegneg-check scan fixtures/tls-nosegneg >/dev/full
