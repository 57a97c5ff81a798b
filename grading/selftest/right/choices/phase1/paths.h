/* paths.h - what choices.c does with paths. */
#ifndef PATHS_H
#define PATHS_H

#include <stdbool.h>

/* Decode %XX in place. Return false if something is malformed. */
bool decode(char *path);

/* Take out empty, "." and ".." parts in place. Return whether there were any.
 */
bool tidy(char *path);

/* Return the type for the ending of path, until the next call. */
const char *type_of(const char *path);

/* Open path folder by folder below the working directory. Return -1 with errno
 * set; a symbolic link is an ELOOP or ENOTDIR wherever it leads. */
int open_below(const char *path);

#endif
