/* fuzz_request.c - a target of libFuzzer: http.c takes requests apart that
 * nobody would think of. See fuzz, which builds and runs it.
 *
 * What has not been received is poisoned, so that a look at it is an error. */
#include <sanitizer/asan_interface.h>
#include <string.h>

#include "fuzz.h"
#include "http.h"

/* Receive as a server does: at most step bytes at a time, until the head is
 * complete or no more comes. Return http_parse's status, -1 if it was not. */
static int receive(
    struct http_request *request, const uint8_t *data, size_t size, size_t step)
{
    int complete = 0;
    __asan_poison_memory_region(request->head, sizeof request->head);
    while (!complete && size > 0) {
        size_t room = sizeof request->head - request->used;
        size_t n = step < size ? step : size;
        n = n < room ? n : room;
        hold(n > 0, "a head that fills its room is complete");
        __asan_unpoison_memory_region(request->head, request->used + n);
        memcpy(request->head + request->used, data, n);
        request->used += n;
        data += n;
        size -= n;
        complete = http_head_complete(request);
    }
    return complete ? http_parse(request) : -1;
}

static int is_status(int status)
{
    static const int statuses[] = {0, 400, 405, 414, 431, 501, 505};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (statuses[i] == status)
            return 1;
    return 0;
}

/* Return whether text is a string within what was received. */
static int is_within(const struct http_request *request, const char *text)
{
    const char *end = request->head + request->used;
    return text >= request->head && text < end &&
           memchr(text, '\0', (size_t)(end - text));
}

/* What holds of a request with which nothing is wrong. */
static void check_good(const struct http_request *request)
{
    int is_head = strcmp(request->method, "HEAD") == 0;
    hold(is_head || strcmp(request->method, "GET") == 0, "a method it knows");
    hold(request->no_body == is_head, "no body for HEAD alone");
    hold(*request->path == '/', "a path begins with a slash");
    hold(strlen(request->path) <= HTTP_TARGET_MAX, "a path is no longer");
    for (const char *c = request->path; *c; c++)
        hold((unsigned char)*c >= ' ' && *c != 0x7f, "no control byte");
}

/* The path is what was sent as the target: the %XX of one that is good are
 * decoded here, without a look at anything else. */
static void check_path(const uint8_t *sent, const char *path)
{
    while (*sent++ != ' ')
        ;
    if (*sent != '/')
        return; /* http://host/path */
    for (; *sent != ' ' && *sent != '?'; path++) {
        char digits[3] = {(char)sent[1], (char)sent[2]};
        int is_escape = *sent == '%';
        long byte = is_escape ? strtol(digits, NULL, 16) : *sent;
        hold((unsigned char)*path == byte, "a path is the target, decoded");
        sent += is_escape ? 3 : 1;
    }
    hold(*path == '\0', "a path ends with the target");
}

/* Return how often the byte c is in text. */
static int count(const char *text, int c)
{
    int n = 0;
    while ((text = strchr(text, c))) {
        n++;
        text++;
    }
    return n;
}

/* Whatever the path, it makes one line that leads to the same host. */
static void check_location(struct http_request *request)
{
    const char *lines = http_lines(request, 301);
    const char *location = strstr(lines, "\r\nLocation: /");
    size_t length = strlen(lines);
    hold(length < sizeof request->lines, "the lines have room");
    hold(count(lines, '\n') == 3 && count(lines, '\r') == 3, "three lines");
    hold(strcmp(lines + length - 3, "/\r\n") == 0, "they end as lines do");
    hold(location && (location[13] != '/' || location[14] == '\r'),
        "Location leads to the same host");
    for (const char *c = lines; *c; c++)
        hold(*c == '\r' || *c == '\n' || (*c >= ' ' && *c < 0x7f), "all ASCII");
}

static void check(struct http_request *request, int status, const uint8_t *sent)
{
    hold(is_status(status), "a status that http.h names");
    hold(!request->method || is_within(request, request->method), "method");
    hold(!request->path || is_within(request, request->path), "path");
    if (status != 0)
        return;
    check_good(request);
    check_path(sent, request->path);
    check_location(request);
}

static int same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void compare(
    const struct http_request *whole, const struct http_request *pieces)
{
    hold(same(whole->method, pieces->method) &&
             same(whole->path, pieces->path) &&
             whole->no_body == pieces->no_body,
        "a request in pieces is the same");
    hold(whole->more || !pieces->more, "only the whole may have more");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_request *whole = http_begin(), *pieces = http_begin();
    /* a long head byte by byte would take as long as a thousand short ones */
    size_t step = 1 + size / 256;
    int status = receive(whole, data, size, sizeof whole->head);

    hold(receive(pieces, data, size, step) == status,
        "a request in pieces has the same status");
    if (status >= 0) {
        compare(whole, pieces);
        check(whole, status, data);
    }
    free(whole);
    free(pieces);
    return 0;
}
