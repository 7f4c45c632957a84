// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the suite has gcc compile. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
	struct node *left, *right;
	int key;
};

static struct node *insert(struct node *n, int key)
{
	if (!n) {
		n = calloc(1, sizeof(*n));
		if (n)
			n->key = key;
		return n;
	}
	if (key < n->key)
		n->left = insert(n->left, key);
	else
		n->right = insert(n->right, key);
	return n;
}

static long sum(const struct node *n)
{
	return n ? sum(n->left) + n->key + sum(n->right) : 0;
}

int main(void)
{
	struct node *tree = NULL;
	char text[64];

	for (int i = 0; i < 1000; i++)
		tree = insert(tree, i * 7919 % 1009);
	errno = 0;
	snprintf(text, sizeof(text), "%ld %s", sum(tree), strerror(errno));
	puts(text);
	return 3;
}
