// SPDX-License-Identifier: LGPL-2.1-or-later
#include "common/output.h"

const char output_program[] = "nosegneg-sim";

int main(void)
{
	return output_finish(EXIT_ERROR);
}
