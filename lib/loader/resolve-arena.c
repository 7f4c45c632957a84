// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/resolve-internal.h"

#define BLOCK_SIZE 16384
#define ALIGNMENT  _Alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(max_align_t) char data[];
};

static struct arena_block *add_block(struct arena *a, size_t size)
{
	size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
	struct arena_block *block = calloc(1, sizeof(*block) + room);

	if (!block)
		return NULL;
	block->size = room;
	block->next = a->block;
	a->block = block;
	return block;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t room = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	struct arena_block *block = a->block;
	void *out;

	if (room < size || room > SIZE_MAX / 2)
		return NULL;
	if (!block || block->size - block->used < room)
		block = add_block(a, room);
	if (!block)
		return NULL;
	out = block->data + block->used;
	block->used += room;
	return out;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *out = arena_alloc(a, n + 1);

	return out ? memcpy(out, s, n) : NULL;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	char *out;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	out = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (!out)
		return NULL;
	va_start(args, format);
	vsnprintf(out, (size_t)n + 1, format, args);
	va_end(args);
	return out;
}

/* Capacities are powers of two from 8 on, so that the number of elements says when it is full. */
void *arena_grow(struct arena *a, void *list, size_t n, size_t elem)
{
	size_t room = n < 8 ? 8 : n * 2;
	void *bigger;

	if (n != 0 && (n < 8 || (n & (n - 1)) != 0))
		return list;
	if (room > SIZE_MAX / 2 / elem)
		return NULL;
	bigger = arena_alloc(a, room * elem);
	if (bigger && n)
		memcpy(bigger, list, n * elem);
	return bigger;
}

void arena_clear(struct arena *a)
{
	while (a->block) {
		struct arena_block *next = a->block->next;

		free(a->block);
		a->block = next;
	}
}
