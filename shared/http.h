/* http.h - the parts of HTTP that are too long to write three times: reading a
 * request's head, finding the file it names, following a response.
 *
 * One convention for every function that returns a status: 0 is success; a
 * number above 0 is the HTTP status to answer with; -1 means that the
 * connection is gone. */
#ifndef HTTP_H
#define HTTP_H

#include <stddef.h>
#include <sys/types.h>

enum {
    HTTP_TARGET_MAX = 8000,    /* bytes in a request's target, else 414 */
    HTTP_HEAD_MAX = 16 * 1024, /* bytes in a request's head, else 431 */
    HTTP_LINES_SIZE = 12500,   /* http_lines, a path of PATH_MAX all as %XX */
};

/* One request. The program fills head and used; http_parse makes the rest. */
struct http_request {
    const char *method; /* "GET"; NULL until it is known */
    const char *path;   /* decoded by http_parse; NULL until known */
    int no_body;        /* the method is HEAD: answer without a body */
    int more;           /* the client may still be sending something */
    long long deadline; /* when the head must be here (net_clock) */
    size_t used;        /* bytes received so far */
    char head[HTTP_HEAD_MAX];
    char lines[HTTP_LINES_SIZE]; /* what http_lines returns */
};

/* Return a request for a client just accepted, whose deadline starts now; waits
 * while the system is out of memory. The caller frees it (free).
 *
 * It is not on the stack: of what a thread has used of its stack, glibc gives
 * all but 16 KB back to the system when the thread ends, and that costs more
 * than the whole answer. For the same reason there are no large buffers on the
 * way to an answer. */
struct http_request *http_begin(void);

/* Say whether enough has come to call http_parse: the empty line that ends the
 * head (RFC 9112, section 2.1), or more than a head may have. */
int http_head_complete(struct http_request *request);

/* Take the head apart, in place. Return 0, or the status for what is wrong
 * with it: 400, 405, 414, 431, 501 or 505 (RFC 9112, sections 2 to 6). */
int http_parse(struct http_request *request);

/* Open for reading the regular file that path names below the working
 * directory; a path that ends in '/' names that folder's index.html. Nothing
 * outside is opened, whatever the path or a symbolic link says. Return its
 * descriptor with its length in bytes in *size, or -1 with errno set: EISDIR
 * for a folder named without its '/'. */
int http_open(const char *path, off_t *size);

/* Return the status that tells a client of this errno of http_open. */
int http_status(int error);

/* Return the words that go with a status: "Not Found" (RFC 9110, 15). */
const char *http_reason(int status);

/* Return the Content-Type for the ending of path, in either case. */
const char *http_type(const char *path);

/* Return the header lines, each with its CR LF, that an answer has whatever its
 * body: Date, "Connection: close", and what its status asks for, Allow with 405
 * and Location with 301 (RFC 9110, 6.6.1, 10.2). They are in request->lines. */
const char *http_lines(struct http_request *request, int status);

/* Write one line about an answered request to stderr, control bytes escaped. */
void http_log(const struct http_request *request, int status);

/* Write filename into target as a request's target: a leading '/' if it has
 * none, and bytes that may not stand there as %XX; a %XX that is there already
 * is kept (RFC 3986, 2). Return 0, or -1 if it does not fit into size bytes. */
int http_target(const char *filename, char *target, size_t size);

/* Write the value of the Host header line into value: IPv6 addresses in
 * brackets, the port unless it is 80 (RFC 9110, 7.2). Return 0, or -1 if host
 * cannot stand there or does not fit into size bytes. */
int http_host(const char *host, const char *port, char *value, size_t size);

/* How far a response has come. Start with all zero. */
struct http_response {
    int complete; /* its last byte has been seen */
    int invalid;  /* what came is no HTTP response */
    /* the rest is http_follow's own */
    int state, status;
    int has_length, chunked, other_coding; /* what its header lines said */
    long long left; /* bytes to come in the body or the chunk */
    size_t line_used;
    char line[256]; /* the start of the line being read */
};

/* Follow a response by the next size bytes of data, and set complete or invalid
 * when it comes to that. Answers 1xx are passed over. Return how many of the
 * bytes belong to the response (RFC 9112, section 6.3). */
size_t http_follow(
    struct http_response *response, const char *data, size_t size);

/* The server has closed the connection: return 0 if that is a proper end of the
 * response, -1 if it was cut short. */
int http_end(const struct http_response *response);

#endif
