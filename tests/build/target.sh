#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A target that does not exist is refused, with the list of those that do.
. tests/build/harness.sh

known=$(basename -s .mk conf/targets/*.mk | xargs)

refused "libs: target: there is no target nosuch; targets are: $known" \
	libs TARGET=nosuch
refused "libs: target: no target matches the libc6:i386 of this machine; targets are: $known" \
	libs TARGET=
