// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of several kinds, all in one file.
#define KEEP __attribute__((noinline, noclone, noipa, used))

namespace outer
{
namespace
{
KEEP int hidden(int x)
{
	return x + 1;
}
}

template <typename T> struct box {
	T value;
	KEEP T get(int n) const
	{
		return value + hidden(n);
	}
};
}

template struct outer::box<int>;

KEEP static int file_local(int x)
{
	return x * 3;
}

extern "C" KEEP int exported(int x)
{
	return x * 5;
}

int main(int argc, char **)
{
	outer::box<int> box = { argc };

	return box.get(file_local(exported(argc)));
}
