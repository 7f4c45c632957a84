// SPDX-License-Identifier: LGPL-2.1-or-later
// C++ exceptions across threads, thread_local objects with destructors, iostreams with a locale.
#include <atomic>
#include <cstdio>
#include <exception>
#include <future>
#include <iostream>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static std::atomic<int> constructed, destructed, unwound;

struct Noisy {
	int value = 5;
	Noisy() { constructed++; }
	~Noisy() { destructed++; }
};

struct Guard {
	~Guard() { unwound++; }
};

static thread_local Noisy noisy;

static int deep(int n)
{
	Guard guard;

	if (n == 0)
		throw std::runtime_error("from the bottom");
	return deep(n - 1) + 1;
}

static int work(int n)
{
	noisy.value += n;
	for (int i = 0; i < 50; i++) {
		try {
			deep(n % 7 + 3);
		} catch (const std::exception &) {
			if (std::uncaught_exceptions() != 0)
				std::abort();
			noisy.value++;
		}
	}
	if (n % 5 == 0)
		throw n;
	return noisy.value;
}

int main()
{
	std::vector<std::future<int>> results;
	std::exception_ptr kept;
	std::ostringstream text;

	for (int i = 0; i < 32; i++)
		results.push_back(std::async(std::launch::async, work, i));
	for (auto &result : results) {
		try {
			text << result.get() << ' ';
		} catch (int n) {
			text << "threw " << n << ' ';
		}
	}
	std::cout << text.str() << std::endl;
	std::thread([&] {
		try {
			deep(4);
		} catch (...) {
			kept = std::current_exception();
		}
	}).join();
	try {
		std::rethrow_exception(kept);
	} catch (const std::exception &e) {
		std::cout << "across threads: " << e.what() << std::endl;
	}
	results.clear();
	std::cout << "objects " << constructed << " " << destructed << ", unwound " << unwound << std::endl;
	std::cout.imbue(std::locale(""));
	std::cout << 1234567 << " " << 3.25 << " " << std::cout.getloc().name() << std::endl;
	try {
		std::locale("xx_XX.nonsense");
	} catch (const std::runtime_error &e) {
		std::cout << e.what() << std::endl;
	}
	return 0;
}
