/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a file, in words: a reader fills a buffer of WHY_MAX bytes that its caller gives it, and returns a
 * negative errno. Who knows the path prints both. */
#ifndef BASE_WHY_H
#define BASE_WHY_H

#define WHY_MAX 160

/* Fills `why` and returns -EBADMSG, so that a failing check is one line. */
__attribute__((format(printf, 2, 3))) int why_broken(char *why, const char *format, ...);

/* Fills `why` with the words for a negative errno and returns it. -ENODATA means that the file ended too early. */
int why_failed(char *why, int error);

#endif
