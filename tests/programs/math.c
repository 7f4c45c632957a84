// SPDX-License-Identifier: LGPL-2.1-or-later
/* Bits of results, errno and floating point exceptions of libm's functions, in all rounding modes. */
#include <complex.h>
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "check.h"

typedef double (*unary)(double);
typedef double (*binary)(double, double);

static const struct {
	const char *name;
	unary function;
} unaries[] = { { "acos", acos }, { "acosh", acosh }, { "asin", asin }, { "atan", atan }, { "atanh", atanh },
	{ "cbrt", cbrt }, { "ceil", ceil }, { "cos", cos }, { "cosh", cosh }, { "erf", erf }, { "erfc", erfc },
	{ "exp", exp }, { "exp10", exp10 }, { "exp2", exp2 }, { "expm1", expm1 }, { "floor", floor }, { "j0", j0 },
	{ "y1", y1 }, { "lgamma", lgamma }, { "log", log }, { "log10", log10 }, { "log1p", log1p }, { "log2", log2 },
	{ "logb", logb }, { "nearbyint", nearbyint }, { "rint", rint }, { "round", round }, { "sin", sin },
	{ "sinh", sinh }, { "sqrt", sqrt }, { "tan", tan }, { "tanh", tanh }, { "tgamma", tgamma } };
static const struct {
	const char *name;
	binary function;
} binaries[] = { { "atan2", atan2 }, { "copysign", copysign }, { "fmod", fmod }, { "hypot", hypot },
	{ "nextafter", nextafter }, { "pow", pow }, { "remainder", remainder }, { "fdim", fdim } };
static const double values[] = { 0.0, -0.0, 0.5, 1.0, -1.0, 2.0, M_PI, -3.75, 710.0, -750.0, 1e308, 5e-324, INFINITY,
	-INFINITY, NAN, 1e22 };
static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };

static void show(const char *name, double x, double y, double result)
{
	unsigned long long bits;
	int flags = fetestexcept(FE_ALL_EXCEPT), error = errno;

	if (isnan(result))
		result = NAN; /* the sign of a NaN is no result */
	memcpy(&bits, &result, sizeof(bits));
	printf("%s(%a, %a) %016llx errno %d flags %x\n", name, x, y, bits, error, flags & ~FE_INEXACT);
}

static void all(double x, double y)
{
	for (size_t i = 0; i < sizeof(unaries) / sizeof(*unaries) && y == 1.0; i++) {
		errno = 0;
		feclearexcept(FE_ALL_EXCEPT);
		show(unaries[i].name, x, 0, unaries[i].function(x));
	}
	for (size_t i = 0; i < sizeof(binaries) / sizeof(*binaries); i++) {
		errno = 0;
		feclearexcept(FE_ALL_EXCEPT);
		show(binaries[i].name, x, y, binaries[i].function(x, y));
	}
}

int main(void)
{
	int exponent = 0, quotient = 0;
	double part;

	for (size_t m = 0; m < 4; m++) {
		CHECK(fesetround(modes[m]) == 0);
		printf("rounding %zu\n", m);
		for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
			for (size_t j = 0; j < sizeof(values) / sizeof(*values); j++)
				all(values[i], values[j]);
	}
	fesetround(FE_TONEAREST);
	errno = 0;
	part = frexp(1234.5, &exponent);
	printf("%a %d\n", part, exponent);
	part = remquo(29.0, 3.0, &quotient);
	printf("%a %d\n", part, quotient & 7);
	printf("%a %d\n", ldexp(1.0, 2000), errno);
	printf("%La %La %La\n", sinl(1.0L), powl(2.0L, 0.5L), expl(11000.0L));
	printf("%a %a %a\n", (double)sinf(1.0f), (double)powf(2.0f, 0.5f), (double)expf(100.0f));
	printf("%a %a\n", creal(csqrt(-4.0 + 3.0 * I)), cimag(cexp(1.0 + 2.0 * I)));
	printf("%d %ld %lld\n", ilogb(0.0), lrint(2.5), llround(-2.5));
	return 0;
}
