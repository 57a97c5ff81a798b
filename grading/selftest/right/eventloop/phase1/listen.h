/* listen.h - listening sockets of every family at one port. */
#ifndef LISTEN_H
#define LISTEN_H

enum { LISTENERS = 2 };

/* Make sockets that listen at port, not blocking, at most one for each family.
 * Return the port's number with their count in *count, or -1 with errno set. */
int listen_everywhere(const char *port, int sockets[LISTENERS], int *count);

#endif
