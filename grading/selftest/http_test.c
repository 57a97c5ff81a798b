/* http_test.c - runs the functions of shared/http.c on tables of cases, and
 * says which cases fail.
 * usage: http_test */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "http.h"

enum {
    TEXT_SIZE = 20000, /* bytes of an expanded input, or of an answer */
    INPUTS_MAX = 24,   /* inputs in a group */
};

/* Inputs to which the answer is the same. In all strings x{300} is 300 times x,
 * and ^ a NUL. A response ends at |, where it has one; other bytes follow. The
 * last group of a table has no expected answer. */
struct group {
    const char *name, *expected;
    const char *inputs[INPUTS_MAX];
};

/* Write into got, TEXT_SIZE bytes, what http.c makes of input. */
typedef void answer(const char *input, size_t length, char *got);

static int passed, failed;

static void print_quoted(const char *text)
{
    putchar('"');
    for (int i = 0; text[i] && i < 200; i++)
        if (text[i] >= ' ' && text[i] <= '~')
            putchar(text[i]);
        else
            printf("\\x%02x", (unsigned char)text[i]);
    putchar('"');
}

static void check(
    const char *name, const char *input, const char *expected, const char *got)
{
    if (strcmp(expected, got) == 0) {
        passed++;
        return;
    }
    failed++;
    printf("http_test.c: %s: ", name);
    print_quoted(input);
    printf(": expected ");
    print_quoted(expected);
    printf(", got ");
    print_quoted(got);
    putchar('\n');
}

static size_t expand(const char *text, char *out)
{
    size_t used = 0;
    for (; *text; text++) {
        int c = *text == '^' ? '\0' : *text;
        size_t count = 1;
        if (text[1] == '{') {
            char *brace;
            count = strtoul(text + 2, &brace, 10);
            text = brace;
        }
        if (count >= TEXT_SIZE - used)
            errx(1, "a case is too long");
        memset(out + used, c, count);
        used += count;
    }
    out[used] = '\0';
    return used;
}

static void run(const struct group *group, answer *function)
{
    char input[TEXT_SIZE], expected[TEXT_SIZE], got[TEXT_SIZE];
    for (; group->expected; group++) {
        expand(group->expected, expected);
        for (int i = 0; i < INPUTS_MAX && group->inputs[i]; i++) {
            function(input, expand(group->inputs[i], input), got);
            check(group->name, group->inputs[i], expected, got);
        }
    }
}

/* Requests */

static void begin(struct http_request *request)
{
    memset(request, '\n', sizeof *request); /* to show who reads too far */
    http_begin(request);
}

static void receive(
    struct http_request *request, const char *bytes, size_t size)
{
    size_t room = sizeof request->head - request->used;
    size = size < room ? size : room;
    memcpy(request->head + request->used, bytes, size);
    request->used += size;
}

/* Parse input, with what stands before and after it in the head. */
static void parse(const char *before, const char *input, size_t length,
    const char *after, char *got)
{
    struct http_request request;
    begin(&request);
    receive(&request, before, strlen(before));
    receive(&request, input, length);
    receive(&request, after, strlen(after));
    if (!http_head_complete(&request)) {
        snprintf(got, TEXT_SIZE, "incomplete");
        return;
    }
    int status = http_parse(&request);
    snprintf(got, TEXT_SIZE, "%d%s%s%s", status ? status : 200,
        status ? "" : " ", status ? "" : request.path,
        request.no_body ? ", no body" : "");
}

static void head(const char *input, size_t length, char *got)
{
    parse("", input, length, "", got);
}

static const struct group heads[] = {
    {"needs no Host", "200 /", {"GET / HTTP/1.0\r\n\r\n"}},
    {"needs a Host", "400",
        {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.9\r\n\r\n",
            "GET / HTTP/1.1\r\nHosts: a\r\nA: Host\r\n\r\n"}},
    {"two Host lines", "400",
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n",
            "GET / HTTP/1.0\r\nHost:\r\nHost:\r\n\r\n"}},
    {"one Host line", "200 /",
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.9\r\nHost:a\r\n\r\n",
            "GET / HTTP/1.1\r\nA: b\r\nHOST: a\r\nC: d\r\n\r\n"}},
    {"HEAD", "200 /, no body",
        {"HEAD / HTTP/1.0\r\n\r\n", "\r\nHEAD / HTTP/1.0\r\n\r\n"}},
    {"HEAD", "400, no body", {"HEAD / HTTP/1.1\r\n\r\n"}},
    {"empty lines before", "200 /",
        {"\r\nGET / HTTP/1.0\r\n\r\n", "\n\r\n\n\nGET / HTTP/1.0\r\n\r\n"}},
    {"bare CR before", "400",
        {"\rGET / HTTP/1.0\r\n\r\n", "\r\r\nGET / HTTP/1.0\r\n\r\n"}},
    {"bare LF", "200 /",
        {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
            "GET / HTTP/1.1\nHost: a\r\n\n"}},
    {"more bytes", "200 /",
        {"GET / HTTP/1.0\r\nContent-Length: 4\r\n\r\nbody",
            "GET / HTTP/1.0\r\n\r\n^\r\r\n: GET /2 HTTP/1.0\r\n\r\n"}},
    {"target of 8000 bytes", "200 /0{7999}",
        {"GET /0{7999} HTTP/1.0\r\n\r\n"}},
    {"target of 8000 bytes", "200 /", {"GET /?0{7998} HTTP/1.0\r\n\r\n"}},
    {"target over 8000 bytes", "414",
        {"GET /0{8000} HTTP/1.0\r\n\r\n", "GET /?0{7999} HTTP/1.0\r\n\r\n",
            "GET http://a/0{7992} HTTP/1.0\r\n\r\n", "GET /0{17000}"}},
    {"target over 8000 bytes", "414, no body",
        {"HEAD /0{8000} HTTP/1.0\r\n\r\n"}},
    {"head of 16384 bytes", "200 /", {"GET / HTTP/1.0\r\nA: 0{16361}\r\n\r\n"}},
    {"head over 16384 bytes", "431",
        {"GET / HTTP/1.0\r\nA: 0{16362}\r\n\r\n",
            "GET / HTTP/1.0\r\nA:\r\nA: 0{17000}",
            "GET / HTTP/1.0\r\n0{17000}", "\n{16384}"}},
    {"head over 16384 bytes", "431, no body", {"HEAD / HTTP/1.0\r\n0{17000}"}},
    {NULL, NULL, {NULL}},
};

static void request_line(const char *input, size_t length, char *got)
{
    parse("", input, length, "\r\nHost: a\r\n\r\n", got);
}

static const struct group request_lines[] = {
    {"wrong spaces", "400",
        {"GET  / HTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1",
            "GET / HTTP/1.1 ", "GET /a b HTTP/1.1", "GET\t/ HTTP/1.1",
            "GET /\tHTTP/1.1", "GET /\t HTTP/1.1", "GET / HTTP/1.1\t"}},
    {"wrong spaces", "400, no body", {"HEAD  / HTTP/1.1"}},
    {"something missing", "400",
        {"GET", "GET /", "GET / ", "GET  HTTP/1.1", "GET HTTP/1.1",
            "/ HTTP/1.1", " / HTTP/1.1"}},
    {"version 1.x", "200 /",
        {"GET / HTTP/1.0", "GET / HTTP/1.1", "GET / HTTP/1.2",
            "GET / HTTP/1.9"}},
    {"other version", "505",
        {"GET / HTTP/0.9", "GET / HTTP/2.0", "GET / HTTP/9.1"}},
    {"malformed version", "400",
        {"GET / HTTP/2", "GET / HTTP/1.", "GET / HTTP/.1", "GET / HTTP/1.10",
            "GET / HTTP/11.1", "GET / HTTP/1,1", "GET / HTTP/1.x",
            "GET / HTTP/x.1", "GET / HTTP 1.1", "GET / http/1.1",
            "GET / FTP/1.1", "GET / 1.1"}},
    {"method HEAD", "200 /, no body", {"HEAD / HTTP/1.1"}},
    {"method known", "405",
        {"POST / HTTP/1.1", "PUT / HTTP/1.1", "DELETE / HTTP/1.1",
            "PATCH / HTTP/1.1", "TRACE / HTTP/1.1", "OPTIONS * HTTP/1.1",
            "CONNECT a:80 HTTP/1.1"}},
    {"method unknown", "501",
        {"BREW / HTTP/1.1", "GETS / HTTP/1.1", "G / HTTP/1.1",
            "get / HTTP/1.1", "head / HTTP/1.1", "Post / HTTP/1.1",
            "!#$%&'*+-._`|~09azAZ / HTTP/1.1"}},
    {"method no token", "400",
        {"G@T / HTTP/1.1", "GET: / HTTP/1.1", "\"GET\" / HTTP/1.1",
            "G\x01T / HTTP/1.1", "G\xc3T / HTTP/1.1"}},
    {"NUL", "400", {"^GET / HTTP/1.1", "GET /^ HTTP/1.1", "GET / HTTP/1.1^"}},
    {"bare CR", "400",
        {"GET /\r HTTP/1.1", "GET\r/ HTTP/1.1", "GET / HTTP/1.1\r"}},
    {NULL, NULL, {NULL}},
};

static void target(const char *input, size_t length, char *got)
{
    parse("GET ", input, length, " HTTP/1.0\r\n\r\n", got);
}

static const struct group targets[] = {
    {"path", "200 /a:b@c;d,e=f+g", {"/a:b@c;d,e=f+g"}},
    {"path", "200 //evil/a", {"//evil/a", "http://b//evil/a"}},
    {"no path", "400",
        {"a.html", "*", "?a", "a:80", "\\a", "%2fa", "./a", "ftp://a/b"}},
    {"query", "200 /a", {"/a?", "/a?b=c", "/a?b?c/../%zz%00", "/%61?%61"}},
    {"escape", "200 /A?z", {"/A%3fz", "/%41%3F%7a", "/%41%3f%7A"}},
    {"escape twice", "200 /%41", {"/%2541", "/%25%34%31"}},
    {"escape", "200 /a b/c#", {"/a%20b%2fc%23"}},
    {"escape", "200 /../", {"/../", "/%2e%2E/", "/.%2e%2f"}},
    {"any bytes", "200 /\xc3\xa9\xff\x80", {"/%c3%a9%FF%80", "/\xc3\xa9\xff\x80"}},
    {"malformed escape", "400",
        {"/%", "/%4", "/a%/b", "/%%41", "/%4g", "/%g4", "/%-1", "/%+1", "/%0x"}},
    {"control byte", "400",
        {"/%00", "/a%00.html", "/%0a", "/%0D", "/%1f", "/%7f", "/\x01", "/\x7f",
            "/?\x01"}},
    {"fragment", "400", {"/a#b", "/#"}},
    {"absolute-form", "200 /b",
        {"http://a/b", "http://a/b?c", "http://a.example:6789/b",
            "http://[::1]:80/b", "HTTP://A/b", "https://a/b", "http://a/%62"}},
    {"absolute-form", "200 /",
        {"http://a", "http://a/", "http://a?b/c", "https://a:80"}},
    {"absolute-form", "200 /http://b/c", {"http://a/http://b/c"}},
    {"malformed absolute-form", "400",
        {"http://", "http:///a", "http:/a", "http:a", "http://?a",
            "http://a:b/c", "http://[::1/b", "http://user@a/b", "http://a/%zz"}},
    {NULL, NULL, {NULL}},
};

static void host(const char *input, size_t length, char *got)
{
    parse("GET / HTTP/1.1\r\nHost:", input, length, "\r\n\r\n", got);
}

static const struct group hosts[] = {
    {"Host", "200 /",
        {"a", " a.example", " \t a:80 \t ", " a:", " 127.0.0.1:6789", " [::1]",
            " [::ffff:1.2.3.4]:80", " [2001:DB8::F]", " a-b_c~d!%41"}},
    {"empty Host", "200 /", {"", " ", "\t \t"}},
    {"invalid Host", "400",
        {" a b", " a\tb", " a, b", " a/b", " a?b", " http://a", " user@a",
            " a:b", " a:80:80", " a:-1", " a%4", " a%zz", " <a>", " a\\b",
            " \xc3\xa9", " ::1", " [::1", " [::1]a", " [::1]:a", " [g]", " []"}},
    {NULL, NULL, {NULL}},
};

static void header_line(const char *input, size_t length, char *got)
{
    parse("GET / HTTP/1.1\r\n", input, length, "\r\nHost: a\r\n\r\n", got);
}

static const struct group header_lines[] = {
    {"header line", "200 /",
        {"A: b", "A:b", "A:", "A: \t b: c\t \xe9", "!#$%&'*+-._`|~09azAZ: b"}},
    {"space before colon", "400", {"A : b", "A\t: b", "Host : a"}},
    {"space first", "400", {" A: b", "\tA: b", " "}},
    {"name no token", "400",
        {": b", "A b: c", "A(: b", "A/B: c", "\x01: b", "\x7f: b",
            "\xc3\xa9: b"}},
    {"no colon", "400", {"A", "A b", "A=b"}},
    {"folded", "400", {"A: b\r\n c", "A: b\r\n\tc: d", "A: b\r\n "}},
    {"bare CR", "400", {"A: b\rc", "A: b\rC: d", "A: b\r", "A\r: b", "\r"}},
    {"NUL", "400", {"^", "A^: b", "A: b^", "A: b^c"}},
    {"control byte", "400", {"A: b\x01", "A: \x1f", "A: \x7f"}},
    {"Content-Length", "200 /",
        {"Content-Length: 0", "content-length:5\t",
            "Content-Length: 9223372036854775807",
            "Content-Length: 5\r\nContent-Length: 5",
            "Content-Length: 5\r\nTransfer-Encoding: chunked"}},
    {"two Content-Lengths", "400",
        {"Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: 0\r\nContent-Length: 5",
            "Content-Length: 5\r\nContent-Length: a"}},
    {"invalid Content-Length", "400",
        {"Content-Length:", "Content-Length: a", "Content-Length: 5a",
            "Content-Length: 0x5", "Content-Length: +5", "Content-Length: -5",
            "Content-Length: 5 5", "Content-Length: 5, 6",
            "Content-Length: 5.0", "Content-Length: 9223372036854775808",
            "Content-Length: 18446744073709551617", "Content-Length: 9{300}"}},
    {NULL, NULL, {NULL}},
};

/* Say whether the client may send something after the head. */
static void more(const char *input, size_t length, char *got)
{
    struct http_request request;
    begin(&request);
    receive(&request, input, length);
    http_head_complete(&request);
    http_parse(&request);
    snprintf(got, TEXT_SIZE, "%s", request.more ? "more" : "all");
}

static const struct group mores[] = {
    {"request", "all",
        {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nContent-Length: 0\r\n\r\n"}},
    {"request", "more",
        {"GET / HTTP/1.0\r\n\r\na", "GET / HTTP/1.0\r\nContent-Length: 1\r\n\r\n",
            "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nA\r\n\r\n"}},
    {NULL, NULL, {NULL}},
};

/* Say for how many bytes of input http_head_complete is not yet true. */
static void prefix(const char *input, size_t length, char *got)
{
    struct http_request request;
    begin(&request);
    for (size_t i = 0; i < length && !http_head_complete(&request); i++)
        receive(&request, input + i, 1);
    snprintf(got, TEXT_SIZE, "never");
    if (http_head_complete(&request))
        snprintf(got, TEXT_SIZE, "%zu bytes left", length - request.used);
}

static const struct group prefixes[] = {
    {"head complete", "0 bytes left",
        {"GET / HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n",
            "\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n", "\n\n\nGET / HTTP/1.0\n\n",
            "GET / HTTP/1.1\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
            "^\r\n^\r\n\r\n", "G\r\n \r\n\r\r\n\t\n:\n\r\r\n\r\n"}},
    {"head complete", "4 bytes left", {"GET / HTTP/1.0\r\n\r\n\r\n\r\n"}},
    {"head complete", "1 bytes left", {"0{16384}0", "\r\n{16383}0"}},
    {"head complete", "never",
        {"", "\r\n\r\n", "G\r\n\r\r\r", "GET / HTTP/1.0\r\n0{16000}"}},
    {NULL, NULL, {NULL}},
};

/* Files */

/* In the order in which they can be made; in reverse they can be removed. */
static const struct entry {
    enum { FOLDER, PLAIN, LOCKED, FIFO, LINK, ABSOLUTE } kind;
    const char *name;
    const char *text; /* a file's content, or where a link leads */
} tree[] = {
    {FOLDER, "root", ""},
    {FOLDER, "root/bare", ""},
    {FOLDER, "root/odd", ""},
    {FOLDER, "root/odd/index.html", ""},
    {FOLDER, "root/sub", ""},
    {FOLDER, "root/sub/deep", ""},
    {FOLDER, "root-evil", ""},
    {PLAIN, "root/index.html", "1"},
    {PLAIN, "root/a.html", "22"},
    {PLAIN, "root/a b?%41", "333"},
    {PLAIN, "root/empty", ""},
    {PLAIN, "root/sub/index.html", "4444"},
    {PLAIN, "root/sub/deep/b", "55555"},
    {PLAIN, "root-evil/index.html", "evil secret"},
    {PLAIN, "secret", "secret"},
    {LOCKED, "root/locked", "locked"},
    {FIFO, "root/fifo", ""},
    {LINK, "root/fifo-link", "fifo"},
    {LINK, "root/file-link", "sub/deep/b"},
    {LINK, "root/folder-link", "sub"},
    {LINK, "root/sub/up-link", "../a.html"},
    {LINK, "root/link-link", "sub/up-link"},
    {ABSOLUTE, "root/absolute-file", "root/a.html"},
    {ABSOLUTE, "root/absolute-folder", "root/sub"},
    {ABSOLUTE, "root/absolute-root", "root"},
    {LINK, "root/loop", "loop"},
    {LINK, "root/dangling", "nothing"},
    {LINK, "root/device", "/dev/null"},
    {LINK, "root/out", "../secret"},
    {LINK, "root/out-folder", ".."},
    {LINK, "root/out-link", "sub/../out"},
    {LINK, "root/evil", "../root-evil"},
    {ABSOLUTE, "root/absolute-out", "secret"},
    {ABSOLUTE, "root/absolute-evil", "root-evil/index.html"},
};

enum { ENTRIES = sizeof tree / sizeof tree[0] };

static int make_file(const char *name, const char *text, mode_t mode)
{
    FILE *file = fopen(name, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        return -1;
    return chmod(name, mode);
}

static int make_entry(const char *base, const struct entry *entry)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", base, entry->text);
    switch (entry->kind) {
    case FOLDER:
        return mkdir(entry->name, 0700);
    case PLAIN:
        return make_file(entry->name, entry->text, 0600);
    case LOCKED:
        return make_file(entry->name, entry->text, 0);
    case FIFO:
        return mkfifo(entry->name, 0600);
    case LINK:
        return symlink(entry->text, entry->name);
    default: /* ABSOLUTE */
        return symlink(path, entry->name);
    }
}

/* Say how many bytes the file has, or the status for a failure. */
static void open_file(const char *input, size_t length, char *got)
{
    off_t size = -1;
    (void)length;
    int file = http_open(input, &size);
    if (file < 0) {
        snprintf(got, TEXT_SIZE, "%d", http_status(errno));
        return;
    }
    snprintf(got, TEXT_SIZE, "%lld bytes", (long long)size);
    close(file);
}

static const struct group files[] = {
    {"file", "0 bytes", {"/empty"}},
    {"file", "2 bytes", {"/a.html", "//a.html", "/./a.html"}},
    {"file", "3 bytes", {"/a b?%41"}},
    {"file", "5 bytes", {"/sub/deep/b", "/sub//deep/./b"}},
    {"missing", "404", {"/missing", "/missing/", "/missing/a", "/index.html2"}},
    {"file as folder", "404", {"/a.html/", "/a.html/b", "/fifo/"}},
    {"folder with index.html", "1 bytes", {"/", "///", "/{5000}"}},
    {"folder with index.html", "4 bytes", {"/sub/", "/sub//"}},
    {"folder without", "404", {"/bare/", "/odd/", "/sub/deep/"}},
    {"folder without /", "301", {"/sub", "/bare", "/odd/index.html", "/sub/."}},
    {"no file", "404", {"/fifo", "/fifo-link"}},
    {"link inside", "5 bytes", {"/file-link", "/folder-link/deep/b"}},
    {"link inside", "4 bytes", {"/folder-link/", "/absolute-folder/"}},
    {"link inside", "1 bytes", {"/absolute-root/"}},
    {"link inside", "2 bytes",
        {"/link-link", "/absolute-file", "/sub/up-link",
            "/absolute-root/absolute-folder/up-link"}},
    {"link to a folder", "301",
        {"/folder-link", "/absolute-folder", "/absolute-root"}},
    {"link to nothing", "404", {"/loop", "/loop/", "/dangling", "/dangling/"}},
    {"link outside", "404",
        {"/out", "/out-folder", "/out-folder/", "/out-folder/secret",
            "/out-link", "/device", "/evil", "/evil/", "/evil/index.html",
            "/absolute-out", "/absolute-evil"}},
    {"dots inside", "2 bytes", {"/sub/../a.html", "/sub/deep/../../a.html"}},
    {"dots inside", "4 bytes", {"/sub/deep/../"}},
    {"dots outside", "404",
        {"/..", "/../", "//../secret", "/../secret", "/../root-evil/",
            "/../root-evil/index.html", "/../root/a.html", "/sub/../../secret",
            "/sub/../..", "/folder-link/../../secret",
            "/../../../../../../../../etc/passwd"}},
    {"absolute path", "404", {"/etc/passwd", "//etc/passwd"}},
    {"long name", "404",
        {"/0{255}", "/0{256}", "/0{256}/", "/0{8000}", "/sub/{8000}"}},
    {NULL, NULL, {NULL}},
};

static const struct group locked_files[] = {
    {"not readable", "403", {"/locked"}},
    {NULL, NULL, {NULL}},
};

static volatile sig_atomic_t waited;

/* An open that waits for another end of a FIFO ends with EINTR. */
static void interrupt(int signal_number)
{
    (void)signal_number;
    waited = 1;
}

static void test_files(void)
{
    struct sigaction action = {.sa_handler = interrupt};
    sigaction(SIGALRM, &action, NULL);
    alarm(5);
    int before = dup(STDOUT_FILENO);
    close(before);
    run(files, open_file);
    if (geteuid() != 0)
        run(locked_files, open_file);
    int after = dup(STDOUT_FILENO);
    close(after);
    check("http_open", "descriptors", "none left",
        before == after ? "none left" : "some left");
    check("http_open", "FIFO", "at once", waited ? "waits" : "at once");
    signal(SIGALRM, SIG_DFL);
}

/* Make a tree of files, test http_open there, and remove it again. */
static void test_tree(void)
{
    char base[] = "/tmp/http_test.XXXXXX";
    if (!mkdtemp(base) || chdir(base) < 0)
        err(1, "%s", base);
    for (int i = 0; i < ENTRIES; i++)
        if (make_entry(base, &tree[i]) < 0)
            warn("%s/%s", base, tree[i].name);
    if (chdir("root") == 0)
        test_files();
    if (chdir(base) == 0)
        for (int i = ENTRIES - 1; i >= 0; i--)
            remove(tree[i].name);
    if (chdir("/") < 0 || rmdir(base) < 0)
        warn("%s", base);
}

/* Answers */

static void type(const char *input, size_t length, char *got)
{
    (void)length;
    snprintf(got, TEXT_SIZE, "%s", http_type(input));
}

static const struct group types[] = {
    {"type", "text/html",
        {"/a.html", "/a.htm", "/a.HTML", "/a.b.Html", "/", "/a.txt/"}},
    {"type", "text/css", {"/a.css"}},
    {"type", "text/javascript", {"/a.js", "/a.mjs"}},
    {"type", "application/json", {"/a.json"}},
    {"type", "text/plain", {"/a.txt", "/a.html.txt"}},
    {"type", "text/markdown", {"/README.md"}},
    {"type", "image/png", {"/a.png", "/a.PnG"}},
    {"type", "image/jpeg", {"/a.jpg", "/a.jpeg"}},
    {"type", "image/gif", {"/a.gif"}},
    {"type", "image/svg+xml", {"/a.svg"}},
    {"type", "image/x-icon", {"/favicon.ico"}},
    {"type", "image/webp", {"/a.webp"}},
    {"type", "application/pdf", {"/a.pdf"}},
    {"type", "application/wasm", {"/a.wasm"}},
    {"type", "application/octet-stream",
        {"/a", "/html", "/a.htmlx", "/a.html.gz", "/a.html/b", "/a.", "/ajs"}},
    {NULL, NULL, {NULL}},
};

static const struct {
    int error;
    const char *expected;
} errors[] = {
    {EISDIR, "301"},
    {EACCES, "403"},
    {EPERM, "403"},
    {ENOENT, "404"},
    {ENOTDIR, "404"},
    {ELOOP, "404"},
    {ENAMETOOLONG, "404"},
    {ENXIO, "404"}, /* a socket */
    {EMFILE, "503"},
    {ENFILE, "503"},
    {ENOMEM, "503"},
};

static void test_errors(void)
{
    char got[20];
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        snprintf(got, sizeof got, "%d", http_status(errors[i].error));
        check("http_status", strerror(errors[i].error), errors[i].expected, got);
    }
}

/* Return what follows the Date line, or NULL if that has not today's form. */
static const char *after_date(const char *lines)
{
    char line[64];
    struct tm utc;
    for (time_t now = time(NULL), t = now - 2; t <= now; t++) {
        size_t n = strftime(line, sizeof line,
            "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime_r(&t, &utc));
        if (strncmp(lines, line, n) == 0)
            return lines + n;
    }
    return NULL;
}

/* Write the header lines for input, a status and a path, without those that
 * every answer has. */
static void lines(const char *input, size_t length, char *got)
{
    static const char close_line[] = "Connection: close\r\n";
    char all[HTTP_LINES_SIZE];
    struct http_request request = {.path = strchr(input, '/')};
    (void)length;
    http_lines(all, (int)strtol(input, NULL, 10), &request);
    const char *rest = after_date(all);
    if (rest && strncmp(rest, close_line, strlen(close_line)) == 0)
        snprintf(got, TEXT_SIZE, "%s", rest + strlen(close_line));
    else
        snprintf(got, TEXT_SIZE, "%s", all);
}

static const struct group header[] = {
    {"header lines", "", {"200 /a", "404 /a", "400 /"}},
    {"Allow", "Allow: GET, HEAD\r\n", {"405 /"}},
    {"Location", "Location: /a-._!$&'()*+,;=/b/\r\n",
        {"301 /a-._!$&'()*+,;=/b"}},
    {"Location", "Location: /a%20%22%3C%3E%5C%23%3F%25b/\r\n",
        {"301 /a \"<>\\#?%b"}},
    {"Location", "Location: /%C3%A9%FF/\r\n", {"301 /\xc3\xa9\xff"}},
    {"Location has one slash", "Location: /evil/\r\n",
        {"301 /evil", "301 //evil", "301 ////evil"}},
    {"Location has one slash", "Location: /%5C/evil/\r\n", {"301 /\\/evil"}},
    {NULL, NULL, {NULL}},
};

static void header_size(const char *input, size_t length, char *got)
{
    char all[TEXT_SIZE];
    lines(input, length, all);
    snprintf(got, TEXT_SIZE, "%zu bytes", strlen(all));
}

static const struct group header_sizes[] = {
    {"long Location", "12299 bytes", {"301 /\xff{4095}"}},
    {NULL, NULL, {NULL}},
};

/* Requests to send */

/* Write into got what function wrote into value, of that size. */
static void written(int result, const char *value, size_t size, char *got)
{
    if (value[size] != '!')
        snprintf(got, TEXT_SIZE, "too many bytes");
    else
        snprintf(got, TEXT_SIZE, "%s", result == 0 ? value : "refused");
}

/* The input is a size and a filename. */
static void small_target(const char *input, size_t length, char *got)
{
    char value[TEXT_SIZE], *space;
    size_t size = strtoul(input, &space, 10);
    (void)length;
    memset(value, '!', sizeof value);
    written(http_target(space + 1, value, size), value, size, got);
}

static void client_target(const char *input, size_t length, char *got)
{
    char sized[TEXT_SIZE];
    snprintf(sized, sizeof sized, "1000 %s", input);
    small_target(sized, length, got);
}

static const struct group client_targets[] = {
    {"target", "/", {"", "/"}},
    {"target", "/a/b.html", {"a/b.html", "/a/b.html"}},
    {"target", "/~a?b=c&d:e@f", {"~a?b=c&d:e@f"}},
    {"target keeps %XX", "/%41%c3%A9%00", {"%41%c3%A9%00"}},
    {"target encodes %", "/%25/%25a/%25zz/a%25", {"%/%a/%zz/a%"}},
    {"target encodes", "/a%20b%23%22%3C%3E%5C", {"a b#\"<>\\"}},
    {"target encodes", "/%0D%0AA:%09%7F%01", {"\r\nA:\t\x7f\x01"}},
    {"target encodes", "/%C3%A9%FF", {"/\xc3\xa9\xff"}},
    {NULL, NULL, {NULL}},
};

static const struct group small_targets[] = {
    {"target fits", "/abc", {"5 abc", "5 /abc", "6 abc", "100 abc"}},
    {"target fits", "/%20", {"5  "}},
    {"target fits", "/", {"2 ", "2 /"}},
    {"target does not fit", "refused", {"4 abc", "4 /abc", "4  ", "1 ", "1 /"}},
    {NULL, NULL, {NULL}},
};

/* The input is a size, a port and a host. */
static void small_host(const char *input, size_t length, char *got)
{
    char value[TEXT_SIZE], port[8], *start;
    size_t size = strtoul(input, &start, 10);
    int digits = (int)strcspn(++start, " ");
    (void)length;
    snprintf(port, sizeof port, "%.*s", digits, start);
    memset(value, '!', sizeof value);
    written(http_host(start + digits + 1, port, value, size), value, size, got);
}

static void client_host(const char *input, size_t length, char *got)
{
    char sized[TEXT_SIZE];
    snprintf(sized, sizeof sized, "1000 %s", input);
    small_host(sized, length, got);
}

static const struct group client_hosts[] = {
    {"host", "a.example", {"80 a.example", "080 a.example"}},
    {"host", "a.example:6789", {"6789 a.example"}},
    {"host", "127.0.0.1:8080", {"8080 127.0.0.1"}},
    {"host", "[::1]", {"80 ::1"}},
    {"host", "[fe80::1]:6789", {"6789 fe80::1", "6789 fe80::1%eth0"}},
    {"host", "refused",
        {"80 ", "80 a b", "80 a\r\nA:b", "80 a\n", "80 a/b", "80 user@a",
            "80 a%", "80 \xc3\xa9", "80 ::1 ", "80 ::1\r\n", "80 %eth0"}},
    {NULL, NULL, {NULL}},
};

static const struct group small_hosts[] = {
    {"host fits", "a:81", {"5 81 a", "6 81 a"}},
    {"host fits", "[::1]", {"6 80 ::1"}},
    {"host does not fit", "refused", {"4 81 a", "5 80 ::1", "1 80 a", "1 80 "}},
    {NULL, NULL, {NULL}},
};

/* Responses */

/* Follow size bytes in a first piece and others of a size, each in memory of
 * its own. Return how many belong to the response. */
static size_t follow(struct http_response *response, const char *bytes,
    size_t size, size_t first, size_t others)
{
    size_t piece = first, taken = 0;
    for (size_t at = 0; at < size; at += piece, piece = others) {
        if (piece > size - at)
            piece = size - at;
        char *copy = malloc(piece);
        if (!copy)
            err(1, "malloc");
        memcpy(copy, bytes + at, piece);
        taken += http_follow(response, copy, piece);
        free(copy);
    }
    return taken;
}

/* Say in words, 80 bytes, what has become of the response, which should have
 * taken end bytes. */
static void describe(const struct http_response *response, size_t taken,
    size_t end, char *words)
{
    int well = http_end(response) == 0;
    const char *state = response->invalid    ? "invalid"
                        : response->complete ? "complete"
                        : well               ? "until EOF"
                                             : "cut short";
    if (response->invalid == well || response->complete > well)
        snprintf(words, 80, "%s, but http_end disagrees", state);
    else if (!response->invalid && taken != end)
        snprintf(words, 80, "%s, %zu bytes taken", state, taken);
    else
        snprintf(words, 80, "%s", state);
}

/* Follow bytes whole, byte by byte, and in two pieces of all sizes. */
static void follow_all(char *bytes, size_t size, char *got)
{
    char words[80];
    char *bar = memchr(bytes, '|', size);
    size_t end = bar ? (size_t)(bar - bytes) : size;
    if (bar)
        memmove(bar, bar + 1, --size - end);
    for (size_t first = 0; first == 0 || first < size; first++) {
        struct http_response whole = {0}, pieces = {0};
        size_t taken = follow(&whole, bytes, size, size, size);
        describe(&whole, taken, end, got);
        taken = follow(&pieces, bytes, size, first ? first : 1, first ? size : 1);
        describe(&pieces, taken, end, words);
    }
}
