/* http.c - the parts of HTTP that are too long to write three times. */
#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#if defined __linux__ && defined __has_include
#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif
#endif

#include "net.h"

/* Characters. Not <ctype.h>, whose answers depend on the locale. */

static int is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static int is_alnum(int c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int is_control(int c)
{
    return (c >= 0 && c < ' ') || c == 0x7f;
}

/* RFC 9110, section 5.6.2 */
static int is_token(int c)
{
    return c != '\0' && (is_alnum(c) || strchr("!#$%&'*+-.^_`|~", c));
}

/* RFC 3986: unreserved and sub-delims, what a name may have unescaped */
static int is_name(int c)
{
    return c != '\0' && (is_alnum(c) || strchr("-._~!$&'()*+,;=", c));
}

static int hex_value(int c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static int is_escape(const char *text)
{
    return text[0] == '%' && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0;
}

/* Return whether all of text is of the kind that test knows. */
static int all(const char *text, int (*test)(int))
{
    while (*text && test((unsigned char)*text))
        text++;
    return *text == '\0';
}

/* Requests: how much of one is there */

struct http_request *http_begin(void)
{
    struct http_request *request;
    while (!(request = malloc(sizeof *request)))
        net_pause();
    request->method = NULL;
    request->path = NULL;
    request->no_body = 0;
    request->more = 1;
    request->deadline = net_clock() + net_timeout();
    request->used = 0;
    return request;
}

/* Return the start of the request line: a client may send empty lines before it
 * (RFC 9112, section 2.2). */
static char *request_line(struct http_request *request)
{
    char *start = request->head, *end = start + request->used;
    while (start < end &&
           (*start == '\n' ||
               (*start == '\r' && (start + 1 == end || start[1] == '\n'))))
        start++;
    return start;
}

/* Return what follows the head's empty line, or NULL while there is none. */
static char *head_end(char *start, const char *end)
{
    char *lf = start;
    while (lf < end && (lf = memchr(lf, '\n', (size_t)(end - lf)))) {
        lf++;
        if (lf < end && *lf == '\n')
            return lf + 1;
        if (lf + 1 < end && lf[0] == '\r' && lf[1] == '\n')
            return lf + 2;
    }
    return NULL;
}

int http_head_complete(struct http_request *request)
{
    char *start = request_line(request);
    char *end = request->head + request->used;
    request->no_body = end - start >= 5 && memcmp(start, "HEAD ", 5) == 0;
    return head_end(start, end) || request->used == sizeof request->head;
}

/* Requests: taking one apart */

/* Cut the line at *next off the head that ends at end. Return it as a string
 * without its line end, *next after it; NULL if it has a bare CR or a NUL. */
static char *cut_line(char **next, const char *end)
{
    char *line = *next;
    char *lf = memchr(line, '\n', (size_t)(end - line));
    *next = lf + 1;
    if (lf > line && lf[-1] == '\r')
        lf--;
    *lf = '\0';
    return strlen(line) == (size_t)(lf - line) && !strchr(line, '\r') ? line
                                                                      : NULL;
}

static int check_method(const char *method)
{
    static const char *const known[] = {
        "POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH"};
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return 0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(method, known[i]) == 0)
            return 405;
    return 501;
}

/* "HTTP/1.x" gives 0 and its x in *minor. */
static int check_version(const char *version, int *minor)
{
    if (strlen(version) != 8 || strncmp(version, "HTTP/", 5) != 0 ||
        !is_digit(version[5]) || version[6] != '.' || !is_digit(version[7]))
        return 400;
    *minor = version[7] - '0';
    return version[5] == '1' ? 0 : 505;
}

/* Split "METHOD target HTTP/1.x". */
static int parse_request_line(
    char *line, struct http_request *request, char **target, int *minor)
{
    char *space = strchr(line, ' ');
    char *last = strrchr(line, ' ');
    if (!space || space == line || last == space || last == space + 1)
        return 400;
    *space = *last = '\0';
    if (!all(line, is_token))
        return 400;
    request->method = line;
    request->path = *target = space + 1;
    if (last - *target > HTTP_TARGET_MAX)
        return 414;
    for (const char *c = *target; *c; c++)
        if (*c == ' ' || is_control((unsigned char)*c))
            return 400;
    int status = check_version(last + 1, minor);
    return status ? status : check_method(request->method);
}

/* Return whether the length bytes at text are an IPv6 address. */
static int is_ipv6(const char *text, size_t length)
{
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (length >= sizeof copy)
        return 0;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return inet_pton(AF_INET6, copy, &address) == 1;
}

/* uri-host [ ":" port ], RFC 9110, section 7.2; all of it may be empty. */
static int valid_host(const char *host)
{
    if (*host == '[') {
        size_t length = strcspn(++host, "]");
        if (host[length] != ']' || !is_ipv6(host, length))
            return 0;
        host += length + 1;
    } else {
        while (is_name((unsigned char)*host) || is_escape(host))
            host += *host == '%' ? 3 : 1;
    }
    return *host == '\0' || (*host == ':' && all(host + 1, is_digit));
}

/* Set *length, at first -1, to what value says. Return 0, or 400 if it is no
 * number, too large, or not what another such line said. */
static int parse_length(const char *value, long long *length)
{
    long long number = 0;
    if (*value == '\0' || !all(value, is_digit))
        return 400;
    for (; *value; value++) {
        int digit = *value - '0';
        if (number > (LLONG_MAX - digit) / 10)
            return 400;
        number = number * 10 + digit;
    }
    if (*length >= 0 && *length != number)
        return 400;
    *length = number;
    return 0;
}

/* What the header lines said that matters here. */
struct fields {
    int hosts;        /* Host lines seen */
    int has_coding;   /* Transfer-Encoding */
    long long length; /* Content-Length, -1 if none */
};

/* Cut a header line in two: its name stays in line. Return its value without
 * the white space around it, or NULL if line is malformed (RFC 9112, 5). */
static char *split_field(char *line)
{
    char *colon = strchr(line, ':');
    if (!colon || colon == line)
        return NULL;
    *colon = '\0';
    char *value = colon + 1 + strspn(colon + 1, " \t");
    for (char *end = value + strlen(value);
         end > value && (end[-1] == ' ' || end[-1] == '\t');)
        *--end = '\0';
    for (const char *c = value; *c; c++)
        if (is_control((unsigned char)*c) && *c != '\t')
            return NULL;
    return all(line, is_token) ? value : NULL;
}

static int parse_field(char *line, struct fields *fields)
{
    const char *value = split_field(line);
    if (!value)
        return 400;
    if (strcasecmp(line, "Host") == 0)
        return ++fields->hosts == 1 && valid_host(value) ? 0 : 400;
    if (strcasecmp(line, "Content-Length") == 0)
        return parse_length(value, &fields->length);
    if (strcasecmp(line, "Transfer-Encoding") == 0)
        fields->has_coding = 1;
    return 0;
}

/* Find the path in a target: "/path?query" or "http://host/path?query" (RFC
 * 9112, section 3.2). Return it as a string, still encoded, or NULL. */
static char *find_path(char *target)
{
    target[strcspn(target, "?")] = '\0';
    char *host = target;
    if (strncasecmp(target, "http://", 7) == 0)
        host += 7;
    else if (strncasecmp(target, "https://", 8) == 0)
        host += 8;
    else
        return *target == '/' ? target : NULL;
    size_t length = strcspn(host, "/");
    char *path = host + length;
    /* two bytes to the left, over the "//", to have room for what ends the
     * host and for the path "/" if there is none */
    host = memmove(host - 2, host, length);
    host[length] = '\0';
    if (*path == '\0')
        *--path = '/';
    return length > 0 && *host != ':' && valid_host(host) ? path : NULL;
}

/* Decode each %XX of path once, in place (RFC 3986, section 2). Return 0, or
 * 400 for a malformed one, for control bytes and for a fragment; the path ends
 * before it then. */
static int decode(char *path)
{
    const char *in = path;
    char *out = path;
    for (; *in; in++) {
        int c = (unsigned char)*in;
        if (c == '#' || (c == '%' && !is_escape(in)))
            break;
        if (c == '%') {
            c = hex_value(in[1]) * 16 + hex_value(in[2]);
            in += 2;
        }
        if (is_control(c))
            break;
        *out++ = (char)c;
    }
    int status = *in ? 400 : 0; /* before the end is written, maybe there */
    *out = '\0';
    return status;
}

int http_parse(struct http_request *request)
{
    char *next = request_line(request), *target, *path, *line;
    char *end = head_end(next, request->head + request->used);
    struct fields fields = {.length = -1};
    int minor, status;

    if (!end) {
        size_t length = (size_t)(request->head + request->used - next);
        int is_target = length > HTTP_TARGET_MAX && !memchr(next, '\n', length);
        return is_target ? 414 : 431;
    }
    line = cut_line(&next, end);
    if (!line)
        return 400;
    status = parse_request_line(line, request, &target, &minor);
    while (status == 0 && (line = cut_line(&next, end)) && *line)
        status = parse_field(line, &fields);
    if (status)
        return status;
    if (!line || (minor > 0 && fields.hosts == 0))
        return 400;
    path = find_path(target);
    if (!path)
        return 400;
    request->path = path;
    request->more = next < request->head + request->used || fields.length > 0 ||
                    fields.has_coding;
    return decode(path);
}

/* Files */

/* Open name below the working directory, which the system is to see to:
 * nothing can change between a check of ours and the open. Fails with EXDEV
 * when name leads out, and with ENOSYS where the system has no such call. */
static int open_below(const char *name, int flags)
{
#if defined SYS_openat2 && defined RESOLVE_BENEATH
    struct open_how how = {
        .flags = (unsigned)flags, .resolve = RESOLVE_BENEATH};
    long file;
    int tries = 8; /* EAGAIN: a rename came in between, or a lease is held */
    do
        file = syscall(SYS_openat2, AT_FDCWD, name, &how, sizeof how);
    while (file < 0 && errno == EAGAIN && --tries > 0);
    if (file < 0 && errno == EPERM) /* a container that forbids new calls */
        errno = ENOSYS;
    return (int)file;
#else
    (void)name;
    (void)flags;
    errno = ENOSYS;
    return -1;
#endif
}

/* Open what name leads to when all its links are followed, if that is below
 * the working directory. On a system without open_below, whoever can change
 * links there could do so between the check and the open. */
static int open_resolved(const char *name, int flags)
{
    char *root = realpath(".", NULL), *real = realpath(name, NULL);
    size_t length = root ? strlen(root) : 0;
    int file = -1, error = ENOENT;

    if (length == 1) /* the root directory: all is below it */
        length = 0;
    if (root && real && strncmp(real, root, length) == 0 &&
        (real[length] == '/' || real[length] == '\0')) {
        const char *below = real + length + strspn(real + length, "/");
        file = open_below(*below ? below : ".", flags);
        if (file < 0 && errno == ENOSYS)
            file = open(real, flags | O_NOFOLLOW);
        error = errno;
    } else if (!real && errno != ENOENT) {
        error = errno;
    }
    free(root);
    free(real);
    errno = error;
    return file;
}

/* Return whether path, by its dots alone, leaves the folder where it starts. */
static int leaves(const char *path)
{
    int depth = 0;
    while (*path && depth >= 0) {
        size_t n = strcspn(path, "/");
        if (n == 2 && strncmp(path, "..", 2) == 0)
            depth--;
        else if (n > 0 && !(n == 1 && *path == '.'))
            depth++;
        path += n + strspn(path + n, "/");
    }
    return depth < 0;
}

int http_open(const char *path, off_t *size)
{
    char name[PATH_MAX];
    /* a FIFO must not make open wait, nor a terminal become ours */
    int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    struct stat info = {0};

    path += strspn(path, "/");
    size_t length = strlen(path);
    int is_folder = length == 0 || path[length - 1] == '/';
    int n = snprintf(
        name, sizeof name, "%s%s", path, is_folder ? "index.html" : "");
    if (n < 0 || (size_t)n >= sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (leaves(name)) {
        errno = ENOENT;
        return -1;
    }
    int file = open_below(name, flags);
    if (file < 0 && (errno == EXDEV || errno == ENOSYS))
        file = open_resolved(name, flags);
    if (file < 0)
        return -1;
    if (fstat(file, &info) == 0 && S_ISREG(info.st_mode)) {
        *size = info.st_size;
        return file;
    }
    close(file);
    errno = S_ISDIR(info.st_mode) && !is_folder ? EISDIR : ENOENT;
    return -1;
}

int http_status(int error)
{
    switch (error) {
    case EISDIR:
        return 301;
    case EACCES:
    case EPERM:
        return 403;
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return 503;
    case ENOSYS:
        return 501;
    default:
        return 404;
    }
}

/* Answers */

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } table[] = {
        {200, "OK"},
        {301, "Moved Permanently"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {414, "URI Too Long"},
        {431, "Request Header Fields Too Large"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].status == status)
            return table[i].reason;
    return "Unknown";
}

const char *http_type(const char *path)
{
    static const struct {
        const char *ending, *type;
    } table[] = {
        {"/", "text/html"}, /* its index.html */
        {".html", "text/html"},
        {".htm", "text/html"},
        {".css", "text/css"},
        {".js", "text/javascript"},
        {".mjs", "text/javascript"},
        {".json", "application/json"},
        {".txt", "text/plain"},
        {".md", "text/markdown"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".gif", "image/gif"},
        {".svg", "image/svg+xml"},
        {".ico", "image/x-icon"},
        {".webp", "image/webp"},
        {".pdf", "application/pdf"},
        {".wasm", "application/wasm"},
    };
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        size_t n = strlen(table[i].ending);
        if (n <= length && strcasecmp(path + length - n, table[i].ending) == 0)
            return table[i].type;
    }
    return "application/octet-stream";
}

/* Write text into out: the bytes that allowed knows, and '/', as they are, the
 * others as escape, a format, says. Return how many bytes that took, or as many
 * as there is room for; what is cut is cut between bytes of text. */
static size_t escape(char *out, size_t size, const char *text,
    int (*allowed)(int), const char *format)
{
    size_t used = 0;
    for (; *text && used + 5 <= size; text++) {
        int c = (unsigned char)*text;
        if (allowed(c) || c == '/')
            out[used++] = (char)c;
        else
            used +=
                (size_t)snprintf(out + used, size - used, format, (unsigned)c);
    }
    out[used] = '\0';
    return used;
}

const char *http_lines(struct http_request *request, int status)
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    /* its names are English as long as nobody calls setlocale */
    size_t used = strftime(request->lines, sizeof request->lines,
        "Date: %a, %d %b %Y %H:%M:%S GMT\r\nConnection: close\r\n", &utc);
    char *next = request->lines + used;
    size_t room = sizeof request->lines - used;
    if (status == 405)
        snprintf(next, room, "Allow: GET, HEAD\r\n");
    if (status == 301) {
        /* "//evil" would be another host: exactly one slash */
        const char *path = request->path + strspn(request->path, "/");
        size_t n = (size_t)snprintf(next, room, "Location: /");
        n += escape(next + n, room - n - 4, path, is_name, "%%%02X");
        snprintf(next + n, room - n, "/\r\n");
    }
    return request->lines;
}

static int is_printable(int c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

void http_log(const struct http_request *request, int status)
{
    char line[1024], path[1000];
    escape(path, sizeof path, request->path ? request->path : "-", is_printable,
        "\\x%02x");
    int n = snprintf(line, sizeof line, "\"%.10s %s\" %d\n",
        request->method ? request->method : "-", path, status);
    /* in one write, so that lines of two threads do not mix */
    if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
        return; /* nobody to tell */
}

/* Requests to send */

int http_target(const char *filename, char *target, size_t size)
{
    size_t used = 0;
    if (size < 2)
        return -1;
    if (*filename != '/')
        target[used++] = '/';
    for (; *filename; filename++) {
        int c = (unsigned char)*filename;
        int plain = is_name(c) || strchr("/?:@", c) || is_escape(filename);
        if (used + (plain ? 1 : 3) >= size)
            return -1;
        if (plain)
            target[used++] = (char)c;
        else
            used += (size_t)snprintf(target + used, size - used, "%%%02X", c);
    }
    target[used] = '\0';
    return 0;
}

int http_host(const char *host, const char *port, char *value, size_t size)
{
    int has_colons = strchr(host, ':') != NULL; /* IPv6 */
    /* a zone, as in fe80::1%eth0, means nothing to the server */
    int length = (int)(has_colons ? strcspn(host, "%") : strlen(host));
    int n = snprintf(value, size, "%s%.*s%s%s%s", has_colons ? "[" : "", length,
        host, has_colons ? "]" : "", net_port(port) == 80 ? "" : ":",
        net_port(port) == 80 ? "" : port);
    if (n < 0 || (size_t)n >= size || length == 0)
        return -1;
    return valid_host(value) ? 0 : -1;
}

/* Responses */

enum state {
    STATUS_LINE,
    HEADER_LINE,
    BODY_TO_END,
    BODY_LENGTH,
    CHUNK_SIZE,
    CHUNK_DATA,
    CHUNK_END,
    TRAILER_LINE,
};

/* "HTTP/1.1 200 OK", the words being optional. */
static int parse_status_line(struct http_response *response)
{
    const char *line = response->line;
    if (strncmp(line, "HTTP/", 5) != 0 || !is_digit(line[5]) ||
        line[6] != '.' || !is_digit(line[7]) || line[8] != ' ' ||
        line[9] < '1' || !is_digit(line[9]) || !is_digit(line[10]) ||
        !is_digit(line[11]) || (line[12] != ' ' && line[12] != '\0'))
        return -1;
    response->status =
        (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    response->has_length = response->chunked = 0;
    response->other_coding = 0;
    response->state = HEADER_LINE;
    return 0;
}

/* The head is over: decide how the body ends. */
static void begin_body(struct http_response *response)
{
    int status = response->status;
    if (status < 200)
        response->state = STATUS_LINE;
    else if (status == 204 || status == 304)
        response->complete = 1;
    else if (response->other_coding)
        response->state = BODY_TO_END;
    else if (response->chunked)
        response->state = CHUNK_SIZE;
    else if (!response->has_length)
        response->state = BODY_TO_END;
    else if (response->left == 0)
        response->complete = 1;
    else
        response->state = BODY_LENGTH;
}

static int parse_response_field(struct http_response *response, int cut)
{
    char *line = response->line;
    const char *value = split_field(line);
    long long length = response->has_length ? response->left : -1;
    if (!value)
        return 0; /* odd, but says nothing about the body's end */
    if (strcasecmp(line, "Content-Length") == 0) {
        if (cut || parse_length(value, &length) != 0)
            return -1;
        response->has_length = 1;
        response->left = length;
    } else if (strcasecmp(line, "Transfer-Encoding") == 0) {
        /* chunked ends the body only as the last coding */
        size_t n = strlen(value);
        response->chunked = n >= 7 &&
                            strcasecmp(value + n - 7, "chunked") == 0 &&
                            (n == 7 || strchr(", \t", value[n - 8]));
        response->other_coding = !response->chunked;
        return cut ? -1 : 0;
    }
    return 0;
}

/* "1f;extension" */
static int parse_chunk_size(struct http_response *response, int cut)
{
    const char *c = response->line;
    long long size = 0;
    if (hex_value(*c) < 0)
        return -1;
    for (; hex_value(*c) >= 0; c++) {
        if (size > LLONG_MAX / 16)
            return -1;
        size = size * 16 + hex_value(*c);
    }
    if (*c == '\0' ? cut : !strchr("; \t", *c))
        return -1;
    response->left = size;
    response->state = size > 0 ? CHUNK_DATA : TRAILER_LINE;
    return 0;
}

static int in_data(const struct http_response *response)
{
    return response->state == BODY_TO_END || response->state == BODY_LENGTH ||
           response->state == CHUNK_DATA;
}

/* A line is there, without its line end. */
static int end_line(struct http_response *response, int cut)
{
    int is_empty = response->line[0] == '\0';
    switch (response->state) {
    case STATUS_LINE:
        return parse_status_line(response);
    case HEADER_LINE:
        if (!is_empty)
            return parse_response_field(response, cut);
        begin_body(response);
        return 0;
    case CHUNK_SIZE:
        return parse_chunk_size(response, cut);
    case CHUNK_END:
        response->state = CHUNK_SIZE;
        return is_empty ? 0 : -1;
    default: /* TRAILER_LINE */
        response->complete = is_empty;
        return 0;
    }
}

/* Add a part of a line to what there is of it, as far as there is room. */
static void keep(struct http_response *response, const char *part, size_t size)
{
    size_t max = sizeof response->line - 1;
    if (response->line_used < max) {
        size_t room = max - response->line_used;
        memcpy(response->line + response->line_used, part,
            size < room ? size : room);
    }
    response->line_used += size;
}

/* Return whether line is a status line's beginning. */
static int begins_response(const char *line)
{
    size_t n = strlen(line);
    return strncmp(line, "HTTP/", n < 5 ? n : 5) == 0;
}

/* Take a line, or a part of one, from data. Return the bytes taken. */
static size_t follow_line(
    struct http_response *response, const char *data, size_t size)
{
    const char *lf = memchr(data, '\n', size);
    size_t part = lf ? (size_t)(lf - data) : size;
    size_t max = sizeof response->line - 1;

    keep(response, data, part);
    int cut = response->line_used > max;
    char *end = response->line + (cut ? max : response->line_used);
    if (lf && end > response->line && end[-1] == '\r')
        end--;
    *end = '\0';
    if (memchr(data, '\0', part) ||
        (response->state == STATUS_LINE && !begins_response(response->line)))
        response->invalid = 1;
    if (lf && !response->invalid) {
        response->line_used = 0;
        response->invalid = end_line(response, cut) != 0;
    }
    if (response->invalid)
        return 0;
    return lf ? part + 1 : part;
}

/* Take bytes of the body from data. Return how many. */
static size_t follow_body(struct http_response *response, size_t size)
{
    if (response->state == BODY_TO_END)
        return size;
    if ((unsigned long long)response->left < size)
        size = (size_t)response->left;
    response->left -= (long long)size;
    if (response->left == 0 && response->state == BODY_LENGTH)
        response->complete = 1;
    else if (response->left == 0)
        response->state = CHUNK_END;
    return size;
}

size_t http_follow(
    struct http_response *response, const char *data, size_t size)
{
    size_t taken = 0;
    while (taken < size && !response->complete && !response->invalid) {
        if (in_data(response))
            taken += follow_body(response, size - taken);
        else
            taken += follow_line(response, data + taken, size - taken);
    }
    return taken;
}

int http_end(const struct http_response *response)
{
    return response->complete || response->state == BODY_TO_END ? 0 : -1;
}
