// SPDX-License-Identifier: LGPL-2.1-or-later
#include <bzlib.h>
#include <errno.h>
#include <inttypes.h>
#include <lz4.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/util.h"
#include "loader/unpack.h"

#define ROOM_MIN (64u << 10)

/* What a decoder may take for its own tables and window. Kernels are packed with windows of up to 128 MiB. */
#define MEMORY_MAX     (256u << 20)
#define WINDOW_LOG_MAX 27

/* Of the legacy lz4 frame, lz4's doc/lz4_Frame_format.md: every block but the last unpacks to so much. */
#define LZ4_BLOCK ((int)8 << 20)
#define LZ4_MAGIC 0x184c2102

/* What a step returns, or a negative errno. */
enum { STEP_MORE, STEP_END };

/* What goes in and out. */
struct flow {
	const uint8_t *in;
	uint64_t in_left;
	uint8_t *out;
	size_t out_size, room;
	uint64_t max;
	char *why;
};

struct packing {
	const char *name;
	bool (*is)(const uint8_t *data, uint64_t size);
	int (*unpack)(struct flow *flow);
};

static int failed(const struct flow *flow, int error)
{
	return error == -EBADMSG ? why_broken(flow->why, "the packed data is broken") : why_failed(flow->why, error);
}

static int truncated(const struct flow *flow)
{
	return why_broken(flow->why, "the packed data is truncated");
}

static int too_much(const struct flow *flow)
{
	snprintf(flow->why, WHY_MAX, "more than %" PRIu64 " bytes come out of the packed data", flow->max);
	return -EFBIG;
}

/* Makes room for more; at most one byte above `max`, which tells too much from just enough. */
static int grow(struct flow *flow, size_t more)
{
	uint64_t want = (uint64_t)flow->room * 2;
	uint8_t *grown;

	if (want < flow->out_size + more)
		want = flow->out_size + more;
	if (want > flow->max + 1)
		want = flow->max + 1;
	if (want < flow->out_size + more)
		return too_much(flow);
	grown = want > SIZE_MAX ? NULL : realloc(flow->out, (size_t)want);
	if (!grown)
		return why_failed(flow->why, -ENOMEM);
	flow->out = grown;
	flow->room = (size_t)want;
	return 0;
}

static size_t out_left(const struct flow *flow)
{
	return flow->room - flow->out_size;
}

/* Steps until the end; each step says where input and output then stand. One that neither takes nor gives anything
 * waits for input that is not there. */
static int run(struct flow *flow, int (*step)(struct flow *, void *), void *decoder)
{
	int r = STEP_MORE;

	while (r == STEP_MORE) {
		uint64_t in_left = flow->in_left;
		size_t out_size = flow->out_size;

		if (out_left(flow) == 0) {
			r = grow(flow, 1);
			if (r < 0)
				return r;
		}
		r = step(flow, decoder);
		if (r == STEP_MORE && flow->in_left == in_left && flow->out_size == out_size)
			return truncated(flow);
	}
	if (r < 0)
		return failed(flow, r);
	return flow->out_size > flow->max ? too_much(flow) : 0;
}

static void advance(struct flow *flow, uint64_t in_left, size_t left)
{
	flow->in += flow->in_left - in_left;
	flow->in_left = in_left;
	flow->out_size = flow->room - left;
}

/* The decoders count in 32 bits: what is given at once fits. */
static unsigned clamp(uint64_t n)
{
	return n < (1u << 30) ? (unsigned)n : 1u << 30;
}

static bool is_gzip(const uint8_t *data, uint64_t size)
{
	/* RFC 1952: deflate, and no reserved flag. */
	return size >= 18 && memcmp(data, "\x1f\x8b\x08", 3) == 0 && (data[3] & 0xe0) == 0;
}

static int step_gzip(struct flow *flow, void *decoder)
{
	z_stream *z = decoder;
	unsigned in = clamp(flow->in_left), out = clamp(out_left(flow));
	int r;

	z->next_in = (uint8_t *)(uintptr_t)flow->in;
	z->avail_in = in;
	z->next_out = flow->out + flow->out_size;
	z->avail_out = out;
	r = inflate(z, Z_NO_FLUSH);
	advance(flow, flow->in_left - (in - z->avail_in), out_left(flow) - (out - z->avail_out));
	return r == Z_STREAM_END               ? STEP_END
	       : r == Z_OK || r == Z_BUF_ERROR ? STEP_MORE
	       : r == Z_MEM_ERROR              ? -ENOMEM
					       : -EBADMSG;
}

static int unpack_gzip(struct flow *flow)
{
	z_stream z = { 0 };
	int r;

	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) /* with gzip's header */
		return why_failed(flow->why, -ENOMEM);
	r = run(flow, step_gzip, &z);
	inflateEnd(&z);
	return r;
}

static bool is_xz(const uint8_t *data, uint64_t size)
{
	return size >= 6 && memcmp(data,
					    "\xfd"
					    "7zXZ",
					    6) == 0;
}

/* Header of the .lzma format: lc/lp/pb as xz writes them, the dictionary's size, and the unpacked one, which may be -1.
 */
static bool is_lzma(const uint8_t *data, uint64_t size)
{
	uint64_t unpacked;

	if (size < 13 || memcmp(data, "\x5d\0\0", 3) != 0)
		return false;
	memcpy(&unpacked, data + 5, sizeof(unpacked));
	return unpacked == UINT64_MAX || unpacked < UINT64_C(1) << 40;
}

static int step_lzma(struct flow *flow, void *decoder)
{
	lzma_stream *lzma = decoder;
	lzma_ret r;

	lzma->next_in = flow->in;
	lzma->avail_in = (size_t)flow->in_left;
	lzma->next_out = flow->out + flow->out_size;
	lzma->avail_out = out_left(flow);
	r = lzma_code(lzma, LZMA_RUN);
	advance(flow, lzma->avail_in, lzma->avail_out);
	if (r == LZMA_MEM_ERROR || r == LZMA_MEMLIMIT_ERROR)
		return -ENOMEM;
	return r == LZMA_STREAM_END ? STEP_END : r == LZMA_OK || r == LZMA_BUF_ERROR ? STEP_MORE : -EBADMSG;
}

static int run_lzma(struct flow *flow, lzma_stream *lzma, lzma_ret begun)
{
	int r = begun == LZMA_OK ? run(flow, step_lzma, lzma) : why_failed(flow->why, -ENOMEM);

	lzma_end(lzma);
	return r;
}

static int unpack_xz(struct flow *flow)
{
	lzma_stream lzma = LZMA_STREAM_INIT;

	return run_lzma(flow, &lzma, lzma_stream_decoder(&lzma, MEMORY_MAX, 0));
}

static int unpack_lzma(struct flow *flow)
{
	lzma_stream lzma = LZMA_STREAM_INIT;

	return run_lzma(flow, &lzma, lzma_alone_decoder(&lzma, MEMORY_MAX));
}

static bool is_bzip2(const uint8_t *data, uint64_t size)
{
	return size >= 14 && memcmp(data, "BZh", 3) == 0 && data[3] >= '1' && data[3] <= '9' &&
	       memcmp(data + 4, "1AY&SY", 6) == 0;
}

static int step_bzip2(struct flow *flow, void *decoder)
{
	bz_stream *bz = decoder;
	unsigned in = clamp(flow->in_left), out = clamp(out_left(flow));
	int r;

	bz->next_in = (char *)(uintptr_t)flow->in;
	bz->avail_in = in;
	bz->next_out = (char *)flow->out + flow->out_size;
	bz->avail_out = out;
	r = BZ2_bzDecompress(bz);
	advance(flow, flow->in_left - (in - bz->avail_in), out_left(flow) - (out - bz->avail_out));
	return r == BZ_STREAM_END ? STEP_END : r == BZ_OK ? STEP_MORE : r == BZ_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

static int unpack_bzip2(struct flow *flow)
{
	bz_stream bz = { 0 };
	int r;

	if (BZ2_bzDecompressInit(&bz, 0, 0) != BZ_OK)
		return why_failed(flow->why, -ENOMEM);
	r = run(flow, step_bzip2, &bz);
	BZ2_bzDecompressEnd(&bz);
	return r;
}

static bool is_zstd(const uint8_t *data, uint64_t size)
{
	return size >= 8 && memcmp(data, "\x28\xb5\x2f\xfd", 4) == 0;
}

static int zstd_error(ZSTD_ErrorCode code)
{
	return code == ZSTD_error_memory_allocation || code == ZSTD_error_frameParameter_windowTooLarge ? -ENOMEM
													: -EBADMSG;
}

static int step_zstd(struct flow *flow, void *decoder)
{
	ZSTD_inBuffer in = { flow->in, (size_t)flow->in_left, 0 };
	ZSTD_outBuffer out = { flow->out + flow->out_size, out_left(flow), 0 };
	size_t r = ZSTD_decompressStream(decoder, &out, &in);

	if (ZSTD_isError(r))
		return zstd_error(ZSTD_getErrorCode(r));
	advance(flow, flow->in_left - in.pos, out_left(flow) - out.pos);
	return r == 0 ? STEP_END : STEP_MORE;
}

static int unpack_zstd(struct flow *flow)
{
	ZSTD_DStream *zstd = ZSTD_createDStream();
	int r;

	if (!zstd)
		return why_failed(flow->why, -ENOMEM);
	ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	r = run(flow, step_zstd, zstd);
	ZSTD_freeDStream(zstd);
	return r;
}

static uint32_t word_at(const uint8_t *data)
{
	uint32_t word;

	memcpy(&word, data, sizeof(word));
	return word;
}

static bool is_lz4(const uint8_t *data, uint64_t size)
{
	return size >= 8 && word_at(data) == LZ4_MAGIC;
}

/* One block at flow->in. Its unpacked size is unknown: it gets room for four times what goes in, and for the largest
 * block's only where that was too little. Returns the bytes that came out, or a negative errno. */
static int unpack_block(struct flow *flow, uint32_t size)
{
	uint64_t limit = flow->max - flow->out_size + 1;
	size_t most = limit < LZ4_BLOCK ? (size_t)limit : LZ4_BLOCK;
	size_t room = (size_t)size * 4 < most ? (size_t)size * 4 : most;
	int r;

	for (;; room = most) {
		r = out_left(flow) < room ? grow(flow, room) : 0;
		if (r < 0)
			return r;
		r = LZ4_decompress_safe(
				(const char *)flow->in, (char *)flow->out + flow->out_size, (int)size, (int)room);
		if (r >= 0)
			break;
		if (room == most)
			return most < LZ4_BLOCK ? too_much(flow) : failed(flow, -EBADMSG);
	}
	flow->out_size += (size_t)r;
	return flow->out_size > flow->max ? too_much(flow) : r;
}

static int unpack_lz4(struct flow *flow)
{
	bool another = true;

	/* A word that is left alone is the unpacked size, which the kernel's build appends. */
	while (another && flow->in_left > 2 * sizeof(uint32_t)) {
		uint32_t size = word_at(flow->in);
		int r;

		flow->in += sizeof(size);
		flow->in_left -= sizeof(size);
		if (size == LZ4_MAGIC)
			continue;
		if (size == 0 || size > (uint32_t)LZ4_COMPRESSBOUND(LZ4_BLOCK))
			return failed(flow, -EBADMSG);
		if (size > flow->in_left)
			return truncated(flow);
		r = unpack_block(flow, size);
		if (r < 0)
			return r;
		flow->in += size;
		flow->in_left -= size;
		another = r == LZ4_BLOCK; /* only the last one is smaller */
	}
	return flow->out_size ? 0 : truncated(flow);
}

static const struct packing packings[] = {
	{ "gzip", is_gzip, unpack_gzip },
	{ "xz", is_xz, unpack_xz },
	{ "zstd", is_zstd, unpack_zstd },
	{ "lz4", is_lz4, unpack_lz4 },
	{ "lzma", is_lzma, unpack_lzma },
	{ "bzip2", is_bzip2, unpack_bzip2 },
};

const struct packing *packing_of(const uint8_t *data, uint64_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(packings); i++)
		if (packings[i].is(data, size))
			return &packings[i];
	return NULL;
}

const char *packing_name(const struct packing *packing)
{
	return packing->name;
}

int unpack(const struct packing *packing, const uint8_t *data, uint64_t size, uint64_t max, uint8_t **out,
		uint64_t *out_size, char *why)
{
	struct flow flow = { .in = data, .in_left = size, .max = max, .why = why };
	int r = size > SIZE_MAX / 8 ? why_failed(why, -ENOMEM) : grow(&flow, ROOM_MIN < max ? ROOM_MIN : (size_t)max);

	if (r == 0)
		r = packing->unpack(&flow);
	if (r < 0) {
		free(flow.out);
		return r;
	}
	*out = flow.out;
	*out_size = flow.out_size;
	return 0;
}
