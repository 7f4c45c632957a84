// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "xen/files.h"

#define FILE_SIZE_MAX (1u << 20)

/* Most files of /sys/hypervisor end in a newline, buildid does not. */
static bool is_refusal(const char *data)
{
	return strcmp(data, "<denied>") == 0 || strcmp(data, "<denied>\n") == 0;
}

int xen_files_read(struct xen_files *files, size_t file, char **data, size_t *size)
{
	int error = root_read(files->root, files->path[file], FILE_SIZE_MAX, data, size);

	if (error == 0 && files->refusals && is_refusal(*data))
		error = -EPERM;
	/* A path through something that is no directory is not there either. */
	files->error[file] = error == -ENOTDIR ? -ENOENT : error;
	files->memory_gone |= error == -ENOMEM;
	return error;
}

void xen_files_line(struct xen_files *files, size_t file, char *buf, size_t cap)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0, len;

	buf[0] = '\0';
	if (xen_files_read(files, file, &data, &size) < 0)
		return;
	len = strcspn(data, "\n");
	while (len > 0 && isspace((unsigned char)data[len - 1]))
		len--;
	snprintf(buf, cap, "%.*s", (int)(len < cap ? len : cap - 1), data);
}

bool xen_files_captured(struct xen_files *files, char *capture, const char *word)
{
	static const char unreadable[] = "unreadable ";
	bool found = false;
	char *rest, *line;

	for (line = strtok_r(capture, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		found |= word && strcmp(line, word) == 0;
		if (strncmp(line, unreadable, strlen(unreadable)) != 0)
			continue;
		for (size_t i = 0; i < files->n; i++)
			if (strcmp(line + strlen(unreadable), files->path[i]) == 0 && files->error[i] == -ENOENT)
				files->error[i] = -EACCES;
	}
	return found;
}
