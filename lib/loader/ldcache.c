// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "base/util.h"

#include "loader/ldcache.h"

#define MAGIC_OLD "ld.so-1.7.0"
#define MAGIC_NEW "glibc-ld.so.cache1.1"

#define HEADER_OLD 16 /* magic, padding, u32 number of entries */
#define HEADER_NEW 48 /* magic, u32 number, u32 string bytes, u8 flags, u8[3], u32 extension, u32[3] */
#define ENTRY_OLD  12 /* i32 flags, u32 name, u32 path */
#define ENTRY_NEW  24 /* the same, u32 osversion, u64 hwcap */

#define ENDIAN_MASK   3
#define ENDIAN_LITTLE 2

#define EXTENSION_MAGIC 0xeaa42174u
#define SECTION_SIZE    16 /* u32 tag, flags, offset, size */
#define SECTIONS_MAX    64
#define TAG_GENERATOR   0
#define TAG_NAMES       1

#define STRING_MAX 4096 /* PATH_MAX: nobody could open a longer one, and lying caches cost less */

#define ISA_LEVEL_MASK 0x3ff /* of the upper half of a named entry's hwcap word */

static uint32_t u32_at(const struct ldcache *c, uint64_t off)
{
	const uint8_t *p = c->data + off;

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t u64_at(const struct ldcache *c, uint64_t off)
{
	return (uint64_t)u32_at(c, off + 4) << 32 | u32_at(c, off);
}

/* The string `off` bytes behind `base`, where `size` bytes are; NULL where it does not end there. */
static const char *string_at(const struct ldcache *c, uint64_t base, uint64_t size, uint32_t off)
{
	uint64_t room = off < size ? size - off : 0;
	const char *s;

	if (room == 0)
		return NULL;
	s = (const char *)c->data + base + off;
	return memchr(s, '\0', (size_t)(room < STRING_MAX ? room : STRING_MAX)) ? s : NULL;
}

static void take_section(struct ldcache *c, uint64_t at)
{
	uint32_t tag = u32_at(c, at), off = u32_at(c, at + 8), size = u32_at(c, at + 12);

	if (tag == TAG_GENERATOR) {
		c->generator = off;
		c->generator_size = size;
	} else if (tag == TAG_NAMES && size % 4 == 0 && off % 4 == 0) {
		c->names = off;
		c->nname = size / 4;
	}
}

/* Offsets are from the beginning of the file, also in a mixed one. All or nothing, as in ld.so. */
static void read_extension(struct ldcache *c, uint32_t at)
{
	struct ldcache copy = *c;
	uint32_t count;

	if (at == 0)
		return;
	c->extension_broken = true;
	if (at % 4 || !range_ok(at, 8, c->size) || u32_at(c, at) != EXTENSION_MAGIC)
		return;
	count = u32_at(c, at + 4);
	if (count > SECTIONS_MAX || !range_ok((uint64_t)at + 8, (uint64_t)count * SECTION_SIZE, c->size))
		return;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t section = (uint64_t)at + 8 + (uint64_t)i * SECTION_SIZE;

		if (!range_ok(u32_at(c, section + 8), u32_at(c, section + 12), c->size))
			return;
		take_section(&copy, section);
	}
	*c = copy;
}

static bool has_magic(const struct ldcache *c, uint64_t at, const char *magic)
{
	size_t n = strlen(magic);

	return range_ok(at, n, c->size) && memcmp(c->data + at, magic, n) == 0;
}

static int read_new(struct ldcache *c, uint64_t at, char *why)
{
	uint8_t endian;

	if (!range_ok(at, HEADER_NEW, c->size))
		return why_broken(why, "the header is cut off");
	c->nentry = u32_at(c, at + 20);
	endian = c->data[at + 28];
	if (!range_ok(at + HEADER_NEW, (uint64_t)c->nentry * ENTRY_NEW, c->size))
		return why_broken(why, "%u entries, more than the file has room for", c->nentry);
	if (endian != 0 && (endian & ENDIAN_MASK) != ENDIAN_LITTLE)
		return why_broken(why, "written for another byte order");
	c->entries = at + HEADER_NEW;
	c->entry_size = ENTRY_NEW;
	c->strings = at;
	c->strings_size = c->size - at;
	read_extension(c, u32_at(c, at + 32));
	return 0;
}

/* The new part is aligned to 8 bytes, and where a 32-bit ldconfig wrote it, to 4. */
static bool find_new_part(const struct ldcache *c, uint64_t end, uint64_t *at)
{
	for (uint64_t align = 8; align >= 4; align /= 2) {
		*at = (end + align - 1) & ~(align - 1);
		if (has_magic(c, *at, MAGIC_NEW))
			return true;
	}
	return false;
}

static int read_old(struct ldcache *c, char *why)
{
	uint64_t end, at;

	if (!range_ok(0, HEADER_OLD, c->size))
		return why_broken(why, "the header is cut off");
	c->nentry = u32_at(c, 12);
	end = HEADER_OLD + (uint64_t)c->nentry * ENTRY_OLD;
	if (!range_ok(0, end, c->size))
		return why_broken(why, "%u entries, more than the file has room for", c->nentry);
	if (find_new_part(c, end, &at)) {
		c->format = LDCACHE_MIXED;
		return read_new(c, at, why);
	}
	c->format = LDCACHE_OLD;
	c->entries = HEADER_OLD;
	c->entry_size = ENTRY_OLD;
	c->strings = end;
	c->strings_size = c->size - end;
	return 0;
}

int ldcache_parse(const void *data, uint64_t size, struct ldcache *out, char *why)
{
	struct ldcache c = { .data = data, .size = size, .format = LDCACHE_NEW };
	int r;

	if (has_magic(&c, 0, MAGIC_NEW))
		r = read_new(&c, 0, why);
	else if (has_magic(&c, 0, MAGIC_OLD))
		r = read_old(&c, why);
	else
		return why_broken(why, size ? "not a cache of ld.so" : "empty");
	if (r == 0)
		*out = c;
	return r;
}

/* An extension entry has bit 62 and, the level of its instruction set apart, nothing else in the upper half. */
static bool is_named(uint64_t hwcap)
{
	return (hwcap >> 32 & ~(uint64_t)ISA_LEVEL_MASK) == LDCACHE_NAMED >> 32;
}

static const char *subdirectory(const struct ldcache *c, uint32_t index)
{
	if (index >= c->nname)
		return NULL;
	return string_at(c, 0, c->size, u32_at(c, c->names + (uint64_t)index * 4));
}

static const char *name_of(const struct ldcache *c, uint32_t i)
{
	return string_at(c, c->strings, c->strings_size, u32_at(c, c->entries + (uint64_t)i * c->entry_size + 4));
}

bool ldcache_entry(const struct ldcache *c, uint32_t i, struct ldcache_entry *out)
{
	uint64_t at = c->entries + (uint64_t)i * c->entry_size;
	struct ldcache_entry e = { .flags = (int32_t)u32_at(c, at) };

	e.name = name_of(c, i);
	e.path = string_at(c, c->strings, c->strings_size, u32_at(c, at + 8));
	if (!e.name || !e.path)
		return false;
	if (c->entry_size == ENTRY_NEW) {
		e.osversion = u32_at(c, at + 12);
		e.hwcap = u64_at(c, at + 16);
	}
	if (is_named(e.hwcap)) {
		e.subdirectory = subdirectory(c, (uint32_t)e.hwcap);
		e.isa_level = e.hwcap >> 32 & ISA_LEVEL_MASK;
	}
	*out = e;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Overflows as it does in ld.so. */
static int number(const char **p)
{
	uint32_t value = 0;

	for (; is_digit(**p); ++*p)
		value = value * 10 + (uint32_t)(**p - '0');
	return (int)value;
}

int ldcache_compare(const char *a, const char *b)
{
	while (*a) {
		if (is_digit(*a) && is_digit(*b)) {
			int left = number(&a), right = number(&b);

			if (left != right)
				return (int)((uint32_t)left - (uint32_t)right);
		} else if (is_digit(*a)) {
			return 1;
		} else if (is_digit(*b)) {
			return -1;
		} else if (*a != *b) {
			return *a - *b;
		} else {
			a++;
			b++;
		}
	}
	return *a - *b;
}

/* 1 is the best; 0: not to be used. */
static size_t priority_of(const struct ldcache_rules *rules, const struct ldcache_entry *e)
{
	if (!e->subdirectory || e->isa_level >= 32 || !(rules->isa & UINT32_C(1) << e->isa_level))
		return 0;
	for (size_t i = 0; i < rules->npriority; i++)
		if (strcmp(rules->priority[i], e->subdirectory) == 0)
			return i + 1;
	return 0;
}

static bool takes_entry(const struct ldcache_rules *rules, const struct ldcache_entry *e)
{
	if (rules->osversion && e->osversion > rules->osversion)
		return false;
	return e->flags == rules->flags || (e->flags == LDCACHE_ELF && rules->flags == LDCACHE_I386);
}

static bool takes_plain(const struct ldcache_rules *rules, const struct ldcache_entry *e)
{
	uint64_t platform = e->hwcap & rules->platforms;

	if (rules->plain_only && e->hwcap != 0)
		return false;
	if (e->hwcap & ~(rules->hwcap | rules->platforms | LDCACHE_TLS))
		return false;
	return platform == 0 || platform == rules->platform;
}

/* An entry with this name, by binary search in the descending order that ldconfig writes, and the last that may have
 * it. False: none, or a name that lies outside, where ld.so gives up. */
static bool search(const struct ldcache *c, const char *name, uint32_t *found, uint32_t *last)
{
	int64_t left = 0, right = (int64_t)c->nentry - 1;

	while (left <= right) {
		int64_t middle = (left + right) / 2;
		const char *other = name_of(c, (uint32_t)middle);
		int order;

		if (!other)
			return false;
		order = ldcache_compare(name, other);
		if (order == 0) {
			*found = (uint32_t)middle;
			*last = (uint32_t)right;
			return true;
		}
		if (order < 0)
			left = middle + 1;
		else
			right = middle - 1;
	}
	return false;
}

static bool has_name(const struct ldcache *c, uint32_t i, const char *name)
{
	const char *other = name_of(c, i);

	return other && ldcache_compare(name, other) == 0;
}

/* The best of the entries `i` to `last` that have this name. Named ones come first in the file, and any of them that
 * can be used beats the others. Else the first that fits; before 2.33, one of the exact type beats one of the general
 * type.
 */
static bool pick(const struct ldcache *c, uint32_t i, uint32_t last, const char *name,
		const struct ldcache_rules *rules, struct ldcache_entry *out)
{
	struct ldcache_entry e;
	size_t best = 0, priority;
	bool found = false;

	for (; i <= last && has_name(c, i, name); i++) {
		if (!ldcache_entry(c, i, &e) || !takes_entry(rules, &e))
			continue;
		if (rules->named && is_named(e.hwcap)) {
			priority = priority_of(rules, &e);
			if (priority == 0 || (found && priority >= best))
				continue;
			best = priority;
			*out = e;
			found = true;
			continue;
		}
		if (rules->named && found)
			return true;
		if (!takes_plain(rules, &e))
			continue;
		*out = e;
		found = true;
		if (e.flags == rules->flags)
			return true;
	}
	return found;
}

bool ldcache_find(
		const struct ldcache *c, const char *name, const struct ldcache_rules *rules, struct ldcache_entry *out)
{
	uint32_t i, last;

	if (!search(c, name, &i, &last))
		return false;
	while (i > 0 && has_name(c, i - 1, name))
		i--;
	return pick(c, i, last, name, rules, out);
}
