/* net.h - what the system's socket calls leave to the program: waiting no
 * longer than a deadline, sending all, hanging up without loss, stopping. */
#ifndef NET_H
#define NET_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

enum {
    NET_TIMEOUT_MS = 10000,      /* for a head; silence that ends an answer */
    NET_LINGER_MS = 2000,        /* time for a client to stop sending */
    NET_PAUSE_MS = 50,           /* rest when the system is out of something */
    NET_LARGE = 32 * 1024,       /* bytes from which net_send_large sends */
    NET_STACK_SIZE = 256 * 1024, /* bytes of a thread's stack, on Linux */
    NET_STOP_S = 3, /* seconds for answers under way when stopping */
};

/* Return milliseconds on a clock that never jumps. */
long long net_clock(void);

/* Return the silence allowed, in milliseconds: NET_TIMEOUT_MS, or what the
 * environment's HTTP_TIMEOUT_MS says, so that a test need not wait so long. */
int net_timeout(void);

/* Return the number of a TCP port, 0 to 65535, or -1 if text is none. */
int net_port(const char *text);

/* Fill address with "every address of this machine" at port: IPv6's where the
 * system lets that take IPv4 too, else IPv4's. Return its length. */
socklen_t net_any(struct sockaddr_storage *address, int port);

/* Wait until client has sent something or hung up. Return 0; 408 when the
 * deadline (by net_clock) passes first; -1 with errno set. */
int net_wait(int client, long long deadline);

/* Send all of data, in as many pieces as it takes. What does not fill a packet
 * waits for what follows at once, so that head, small body and end share one:
 * net_hang_up or close sends it. Return 0, or -1 with errno set and the
 * connection shut down: it is gone, or took nothing for net_timeout(). */
int net_send(int client, const void *data, size_t size);

/* Send what the system can send of file by itself, from where it is read next,
 * but no more than size bytes: much if size is large and the system is Linux,
 * where that saves copying all of it twice; else nothing. Return how many bytes
 * were sent. A connection that is gone is for net_send to find out. */
off_t net_send_large(int client, int file, off_t size);

/* Tell client that nothing follows, and throw away what it sends meanwhile:
 * close() with bytes unread makes the kernel reset the connection, and the
 * client may lose the answer (RFC 9112, section 9.6). Wait until the system has
 * sent all (where it tells), as long as the client goes on taking; with more,
 * also for the client to stop sending, at most NET_LINGER_MS. The caller still
 * closes client. */
void net_hang_up(int client, int more);

/* Have connect, recv and send on socket fail with EAGAIN or EINPROGRESS after
 * net_timeout() without a byte. Return 0, or -1 with errno set. */
int net_limit(int socket);

/* connect has failed: if a signal has only interrupted it, it goes on by itself
 * (POSIX, connect): wait net_timeout() for its end. Return 0 if socket is
 * connected then, else -1 with errno set. */
int net_connected(int socket);

/* Write all of data to stdout. Return 0, or -1 with errno set. */
int net_print(const char *data, size_t size);

/* Open what is closed of stdin, stdout and stderr, lest a socket become one of
 * them, and what is printed go to the other side. */
void net_standard_files(void);

/* Take a server's command line, [port [root]], and go to the root folder.
 * Return the port, 6789 if none is given. Ends the program when the command
 * line is wrong: usage on stderr, exit status 2. */
int net_options(int argc, char **argv);

/* Say on stdout at which port listener listens; end with exit status 1 if it is
 * no socket with a port. From then on SIGPIPE does nothing, and SIGINT and
 * SIGTERM make accept on listener fail. Call it in the thread that accepts. */
void net_ready(int listener);

/* Return whether SIGINT or SIGTERM came. */
int net_stopping(void);

/* accept has failed: return whether to try again, after a short rest if the
 * system is out of descriptors or memory; say on stderr why not. */
int net_accept_again(void);

/* Rest NET_PAUSE_MS: the system is out of something. */
void net_pause(void);

/* Count a client that is accepted for another thread to answer, and an answer
 * that has ended. */
void net_enter(void);
void net_leave(void);

/* Wait for the answers that have begun to end, at most NET_STOP_S seconds. */
void net_finish(void);

/* Say on stderr, once, that function of file is not filled in yet; the
 * arguments after it are ignored. Return -1 with errno ENOSYS. */
int net_todo(const char *file, const char *function, ...);

#endif
