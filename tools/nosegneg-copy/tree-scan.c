// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>

#include "base/util.h"
#include "elf/segref.h"
#include "tree.h"

static int count(const struct segref *ref, void *arg)
{
	struct tree_file *file = arg;

	file->proven += ref->verdict == SEGREF_PROVEN;
	file->possible += ref->verdict == SEGREF_POSSIBLE;
	return 0;
}

static void scan(const struct root *root, struct insn_decoder *decoder, struct tree_file *file)
{
	_cleanup_close_ int fd = root_open(root, file->path, O_RDONLY | O_NONBLOCK);
	_cleanup_image_ struct image *img = NULL;
	int r = fd < 0 ? why_failed(file->why, fd) : image_open(fd, &img, file->why);

	if (r == 0)
		r = segref_scan(img, decoder, processors(), count, file, file->why);
	file->scanned = r == 0;
}

int tree_scan(struct tree *tree, struct failure *failure)
{
	struct insn_decoder *decoder = insn_decoder_new();

	if (!decoder)
		return failed(failure, tree->root->path, "scan", -ENOMEM, NULL);
	for (size_t i = 0; i < tree->nfile; i++)
		if (!tree->file[i].is64)
			scan(tree->root, decoder, &tree->file[i]);
	insn_decoder_free(decoder);
	return 0;
}
