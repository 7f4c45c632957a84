// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "elf/strings.h"

#define STRING_MIN    4
#define COMPONENT_MIN 3

/* What a library that wants to cost time and memory may cost; libc.so.6 has about 100 path words. */
#define WORDS_MAX     100000
#define WORD_MAX      4096
#define LOOK_BACK_MAX 4096
#define HITS_MAX      1000

struct blob {
	char *data;
	size_t size, cap;
};

static int blob_add(struct image *img, struct blob *b, uint64_t off, uint64_t size, char *why)
{
	int r;

	/* What lies in the file once can be asked for once: overlapping sections do not multiply. */
	if (!range_ok(off, size, img->size) || !range_ok(b->size, size, img->size))
		return why_broken(why, "data sections lie outside the file, or overlap");
	/* A 32-bit program has no room for what a file may have. */
	r = size < SIZE_MAX - b->size ? array_reserve(&b->data, &b->cap, b->size + (size_t)size + 1, 1) : -ENOMEM;
	if (r == 0)
		r = read_at(img->fd, b->data + b->size, (size_t)size, off);
	if (r < 0) {
		snprintf(why, WHY_MAX, "reading its data: %s",
				r == -ENODATA ? "the file ends too early" : strerror(-r));
		return r;
	}
	b->size += (size_t)size;
	b->data[b->size++] = '\0';
	return 0;
}

static int add_sections(struct image *img, struct blob *b, char *why)
{
	Elf_Scn *scn = NULL;
	int r = 0;

	while (r == 0 && (scn = elf_nextscn(img->elf, scn))) {
		GElf_Shdr sh;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_PROGBITS || !(sh.sh_flags & SHF_ALLOC) ||
				(sh.sh_flags & SHF_EXECINSTR))
			continue;
		r = blob_add(img, b, sh.sh_offset, sh.sh_size, why);
	}
	return r;
}

static int add_segments(struct image *img, struct blob *b, char *why)
{
	size_t phnum = 0;
	int r = 0;

	if (elf_getphdrnum(img->elf, &phnum) != 0)
		return 0;
	for (size_t i = 0; i < phnum && r == 0; i++) {
		GElf_Phdr ph;

		if (gelf_getphdr(img->elf, (int)i, &ph) && ph.p_type == PT_LOAD && !(ph.p_flags & PF_X))
			r = blob_add(img, b, ph.p_offset, ph.p_filesz, why);
	}
	return r;
}

int strings_read(struct image *img, char **data, size_t *size, char *why)
{
	struct blob b = { 0 };
	size_t shnum = 0;
	int r;

	if (elf_getshdrnum(img->elf, &shnum) != 0)
		shnum = 0;
	r = shnum > 1 ? add_sections(img, &b, why) : add_segments(img, &b, why);
	if (r < 0) {
		free(b.data);
		return r;
	}
	*data = b.data;
	*size = b.size;
	return 0;
}

static bool is_text(char c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n';
}

static bool ends_word(char c)
{
	return c == '\0' || strchr(" \t\n\"'`:;,=<>()[]{}|&", c);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_component(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || (c && strchr("._-+", c));
}

static bool is_path(const char *word, size_t len)
{
	size_t n = 0;

	if (len > 3 && memcmp(word, "%s/", 3) == 0)
		return is_component(word[3]) || word[3] == '%';
	if (len < 1 + COMPONENT_MIN || word[0] != '/' || !is_letter(word[1]))
		return false;
	while (1 + n < len && is_component(word[1 + n]))
		n++;
	return n >= COMPONENT_MIN && (1 + n == len || word[1 + n] == '/' || word[1 + n] == '%');
}

void string_list_clear(struct string_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->item[i]);
	free(list->item);
	*list = (struct string_list){ 0 };
}

static int list_add(struct string_list *list, const char *word, size_t len)
{
	int r;

	if (list->n == WORDS_MAX)
		return -E2BIG;
	r = array_reserve(&list->item, &list->cap, list->n + 1, sizeof(*list->item));
	if (r < 0)
		return r;
	list->item[list->n] = strndup(word, len);
	if (!list->item[list->n])
		return -ENOMEM;
	list->n++;
	return 0;
}

static int add_words(struct string_list *list, const char *s, size_t len)
{
	int r;

	for (size_t at = 0, end; at < len; at = end + 1) {
		for (end = at; end < len && !ends_word(s[end]);)
			end++;
		if (end - at > WORD_MAX || !is_path(s + at, end - at))
			continue;
		r = list_add(list, s + at, end - at);
		if (r < 0)
			return r;
	}
	return 0;
}

static int item_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_unique(struct string_list *list)
{
	size_t kept = 0;

	if (list->n == 0)
		return;
	qsort(list->item, list->n, sizeof(*list->item), item_compare);
	for (size_t i = 0; i < list->n; i++) {
		if (kept && strcmp(list->item[kept - 1], list->item[i]) == 0)
			free(list->item[i]);
		else
			list->item[kept++] = list->item[i];
	}
	list->n = kept;
}

int strings_paths(const char *data, size_t size, struct string_list *list)
{
	int r;

	for (size_t at = 0, end; at < size; at = end + 1) {
		for (end = at; end < size && is_text(data[end]);)
			end++;
		if (end == size || data[end] != '\0' || end - at < STRING_MIN)
			continue;
		r = add_words(list, data + at, end - at);
		if (r < 0) {
			string_list_clear(list);
			return r;
		}
	}
	sort_unique(list);
	return 0;
}

/* Whether what is before `at` makes it the tail of a longer path word, which is another word. */
static bool is_tail(const char *data, const char *at, size_t len)
{
	const char *start = at;

	while (start > data && at - start < LOOK_BACK_MAX && is_text(start[-1]) && !ends_word(start[-1]))
		start--;
	for (; start < at; start++)
		if (is_path(start, (size_t)(at - start) + len))
			return true;
	return false;
}

bool strings_have_word(const char *data, size_t size, const char *word)
{
	size_t len = strlen(word);
	const char *at = data, *end = data + size;

	for (int hits = 0; len && hits < HITS_MAX; hits++, at++) {
		at = memmem(at, (size_t)(end - at), word, len);
		if (!at)
			return false;
		if (at + len < end && ends_word(at[len]) && !is_tail(data, at, len))
			return true;
	}
	return false;
}

bool string_list_has(const struct string_list *list, const char *word)
{
	return list->n && bsearch(&word, list->item, list->n, sizeof(*list->item), item_compare);
}

bool strings_line(const char *data, size_t size, const char *prefix, char *buf, size_t len)
{
	const char *at = memmem(data, size, prefix, strlen(prefix)), *end = data + size;
	size_t n = 0;

	if (!at || len == 0)
		return false;
	while (at + n < end && n < len - 1 && is_text(at[n]) && at[n] != '\n')
		n++;
	memcpy(buf, at, n);
	buf[n] = '\0';
	return true;
}
