/* http_test.c - runs the functions of shared/http.c on tables of cases, and
 * says which cases fail.
 * usage: http_test */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "http.h"

enum {
    TEXT_SIZE = 20000, /* bytes of an expanded input, or of an answer */
    GROUPS_MAX = 24,   /* groups in a table */
    INPUTS_MAX = 22,   /* inputs in a group */
};

/* Inputs to which the answer is the same. In all strings x{300} is 300 times x,
 * and ^ a NUL. Where a response has a |, it ends there, and more follows. */
struct group {
    const char *name, *expected;
    const char *inputs[INPUTS_MAX];
};

/* Write into got, TEXT_SIZE bytes, what http.c makes of input. */
typedef void answer(const char *input, size_t length, char *got);

static int passed, failed;

static void print_quoted(const char *before, const char *text)
{
    printf("%s\"", before);
    for (int i = 0; i < 200 && text[i]; i++)
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
    printf("http_test.c: %s", name);
    print_quoted(": ", input);
    print_quoted(": expected ", expected);
    print_quoted(", got ", got);
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
        memset(out + used, c, count);
        used += count;
    }
    out[used] = '\0';
    return used;
}

/* Check the answers to a table's inputs, each between before and after. */
static void run(const struct group table[GROUPS_MAX], answer *function,
    const char *before, const char *after)
{
    char input[TEXT_SIZE], expected[TEXT_SIZE], got[TEXT_SIZE];
    const struct group *group = table;
    for (; group < table + GROUPS_MAX && group->expected; group++) {
        expand(group->expected, expected);
        for (int i = 0; i < INPUTS_MAX && group->inputs[i]; i++) {
            size_t length = expand(before, input);
            length += expand(group->inputs[i], input + length);
            length += expand(after, input + length);
            function(input, length, got);
            check(group->name, group->inputs[i], expected, got);
        }
    }
}

/* Requests */

static void receive(
    struct http_request *request, const char *bytes, size_t size)
{
    size_t room = sizeof request->head - request->used;
    size = size < room ? size : room;
    memcpy(request->head + request->used, bytes, size);
    request->used += size;
}

static void request(const char *input, size_t length, char *got)
{
    struct http_request *request = http_begin();
    /* to show who reads too far */
    memset(request->head, '\n', sizeof request->head);
    receive(request, input, length);
    int status = http_head_complete(request) ? http_parse(request) : 999;
    /* what follows a head matters where that was understood */
    int more = request->more && (status == 0 || status == 405);
    snprintf(got, TEXT_SIZE, "%d%s%s%s%s", status ? status : 200,
        status ? "" : " ", status ? "" : request->path,
        request->no_body ? ", no body" : "", more ? ", more" : "");
    free(request);
}

static const struct group heads[GROUPS_MAX] = {
    {"needs no Host", "200 /", {"GET / HTTP/1.0\r\n\r\n"}},
    {"needs a Host", "400",
        {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.9\r\nA: Host\r\n\r\n"}},
    {"two Host lines", "400",
        {"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
            "GET / HTTP/1.0\r\nHost:\r\nA: b\r\nHost:\r\n\r\n"}},
    {"HEAD", "200 /, no body", {"\r\nHEAD / HTTP/1.0\r\n\r\n"}},
    {"HEAD", "400, no body", {"HEAD / HTTP/1.1\r\n\r\n"}},
    {"empty lines before", "200 /",
        {"\r\nGET / HTTP/1.0\r\n\r\n", "\n\r\n\n\nGET / HTTP/1.0\r\n\r\n"}},
    {"bare CR before", "400",
        {"\rGET / HTTP/1.0\r\n\r\n", "\r\r\nGET / HTTP/1.0\r\n\r\n"}},
    {"bare LF", "200 /",
        {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
            "GET / HTTP/1.1\nHost: a\r\n\n"}},
    {"a body, or more bytes", "200 /, more",
        {"GET / HTTP/1.0\r\nContent-Length: 4\r\n\r\n",
            "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET / HTTP/1.0\r\n\r\n^\r\r\n: GET /2 HTTP/1.0\r\n\r\n"}},
    {"target of 8000 bytes", "200 /0{7999}", {"GET /0{7999} HTTP/1.0\n\n"}},
    {"target of 8000 bytes", "200 /", {"GET /?0{7998} HTTP/1.0\n\n"}},
    {"longer target", "414",
        {"GET /0{8000} HTTP/1.0\n\n", "GET /?0{7999} HTTP/1.0\n\n",
            "GET http://a/0{7992} HTTP/1.0\n\n", "GET /0{17000}"}},
    {"longer target", "414, no body", {"HEAD /0{8000} HTTP/1.0\n\n"}},
    {"head of 16384 bytes", "200 /", {"GET / HTTP/1.0\r\nA:0{16362}\r\n\r\n"}},
    {"longer head", "431",
        {"GET / HTTP/1.0\r\nA:0{16363}\r\n\r\n", "GET / HTTP/1.0\r\n0{17000}",
            "\n{16384}"}},
    {"longer head", "431, no body", {"HEAD / HTTP/1.0\r\nA: b\r\nA: 0{17000}"}},
};

static const struct group request_lines[GROUPS_MAX] = {
    {"request line", "200 /", {"GET / HTTP/1.1"}},
    {"wrong spaces", "400",
        {"GET  / HTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1",
            "GET / HTTP/1.1 ", "GET /a b HTTP/1.1", "GET\t/ HTTP/1.1",
            "GET /\tHTTP/1.1", "GET /\t HTTP/1.1"}},
    {"wrong spaces", "400, no body", {"HEAD  / HTTP/1.1"}},
    {"something missing", "400",
        {"GET", "GET /", "GET / ", "GET  HTTP/1.1", "GET HTTP/1.1",
            "/ HTTP/1.1"}},
    {"NUL", "400", {"^GET / HTTP/1.1", "GET /^ HTTP/1.1", "GET / HTTP/1.1^"}},
    {"bare CR", "400",
        {"GET /\r HTTP/1.1", "GET\r/ HTTP/1.1", "GET / HTTP/1.1\r"}},
    {"known method", "405, more", {"OPTIONS * HTTP/1.1", "CONNECT a HTTP/1.1"}},
};

static const struct group methods[GROUPS_MAX] = {
    {"method", "200 /", {"GET"}},
    {"method", "200 /, no body", {"HEAD"}},
    {"known method", "405, more", {"POST", "PUT", "DELETE", "PATCH", "TRACE"}},
    {"unknown method", "501",
        {"BREW", "GETS", "G", "get", "head", "Post", "!#$%&'*+-._`|~09azAZ"}},
    {"method no token", "400", {"G@T", "GET:", "\"GET\"", "G\x01T", "G\xc3T"}},
};

static const struct group versions[GROUPS_MAX] = {
    {"version", "200 /", {"HTTP/1.0", "HTTP/1.1", "HTTP/1.2", "HTTP/1.9"}},
    {"other version", "505", {"HTTP/0.9", "HTTP/2.0", "HTTP/9.1"}},
    {"malformed version", "400",
        {"HTTP/2", "HTTP/1.", "HTTP/.1", "HTTP/1.10", "HTTP/11.1", "HTTP/1,1",
            "HTTP/1.x", "HTTP/x.1", "HTTP 1.1", "http/1.1", "FTP/1.1", "1.1",
            "HTTP/1.1\t"}},
};

static const struct group targets[GROUPS_MAX] = {
    {"path", "200 /a:b@c;d,e=f+g", {"/a:b@c;d,e=f+g"}},
    {"path", "200 //evil/a", {"//evil/a", "http://b//evil/a"}},
    {"no path", "400",
        {"a.html", "*", "?a", "a:80", "\\a", "%2fa", "ftp://a/b"}},
    {"query", "200 /a", {"/a?", "/a?b=c", "/a?b?c/../%zz%00", "/%61?%61"}},
    {"escape", "200 /A?z", {"/A%3fz", "/%41%3F%7a", "/%41%3f%7A"}},
    {"escape, once", "200 /%41", {"/%2541", "/%25%34%31"}},
    {"escape", "200 /../ /#", {"/../%20/%23", "/%2e%2E%2f%20%2F%23"}},
    {"any bytes", "200 /\xc3\xa9\xff", {"/%c3%a9%FF", "/\xc3\xa9\xff"}},
    {"malformed escape", "400",
        {"/%", "/%4", "/a%/b", "/%%41", "/%4g", "/%g4", "/%-1", "/%0x"}},
    {"control byte", "400",
        {"/%00", "/a%00b", "/%0a", "/%1f", "/%7F", "/\x01", "/\x7f", "/?\x01"}},
    {"fragment", "400", {"/a#b"}},
    {"absolute-form", "200 /b",
        {"http://a/b", "http://a/b?c", "http://a.example:6789/b",
            "http://[::1]:80/b", "HTTP://A/b", "https://a/b", "http://a/%62"}},
    {"absolute-form", "200 /", {"http://a", "http://a/", "http://a?b/c"}},
    {"absolute-form", "200 /http://b/c", {"http://a/http://b/c"}},
    {"malformed absolute-form", "400",
        {"http://", "http:///a", "http://:80/a", "http:/a", "http://?a",
            "http://a:b/c", "http://[::1/b", "http://user@a/b",
            "http://a/%zz"}},
};

static const struct group hosts[GROUPS_MAX] = {
    {"Host", "200 /",
        {"a", " a.example", " \t a:80 \t ", " a:", " 127.0.0.1:6789", " [::1]",
            " [::ffff:1.2.3.4]:80", " [2001:DB8::F]", " a-b_c~d!%41"}},
    {"empty Host", "200 /", {"", " ", "\t \t"}},
    {"invalid Host", "400",
        {" a b", " a\tb", " a, b", " a/b", " a?b", " http://a", " user@a",
            " a:b", " a:80:80", " a:-1", " a%4", " a%zz", " <a>", " a\\b",
            " \xc3\xa9", " ::1", " [::1", " [::1]a", " [::1]:a", " [g]",
            " []"}},
    {"invalid IPv6 Host", "400", {" [.]", " [::::::]", " [1::2::3]"}},
};

static const struct group header_lines[GROUPS_MAX] = {
    {"header line", "200 /",
        {"A: b", "A:b", "A:", "A: \t b: c\t \xe9", "!#$%&'*+-._`|~09azAZ: b"}},
    {"space before colon", "400", {"A : b", "A\t: b", "Host : a"}},
    {"space first", "400", {" A: b", "\tA: b", " "}},
    {"name no token", "400",
        {": b", "A b: c", "A(: b", "A/B: c", "\x01: b", "\xc3\xa9: b"}},
    {"no colon", "400", {"A", "A b", "A=b"}},
    {"folded", "400", {"A: b\r\n c", "A: b\r\n\tc: d", "A: b\r\n "}},
    {"bare CR", "400", {"A: b\rc", "A: b\rC: d", "A: b\r", "A\r: b", "\r"}},
    {"NUL", "400", {"^", "A^: b", "A: b^", "A: b^c"}},
    {"control byte", "400", {"A: b\x01", "A: \x1f", "A: \x7f"}},
};

static const struct group lengths[GROUPS_MAX] = {
    {"Content-Length", "200 /", {" 0", "00\t", " 0\r\ncontent-length: 0"}},
    {"Content-Length", "200 /, more", {" 5", "05", " 9223372036854775807"}},
    {"two Content-Lengths", "400",
        {" 5\r\nContent-Length: 6", " 0\r\nA: b\r\nContent-Length: 5",
            " 5\r\nContent-Length: a", " 5\r\nContent-Length:"}},
    {"invalid Content-Length", "400",
        {"", " ", " a", " 5a", " 0x5", " +5", " -5", " 5 5", " 5, 6", " 5.0",
            " 9223372036854775808", " 18446744073709551617", " 9{300}"}},
};

/* Say for how many bytes of input http_head_complete is not yet true. */
static void prefix(const char *input, size_t length, char *got)
{
    struct http_request *request = http_begin();
    for (size_t i = 0; i < length && !http_head_complete(request); i++)
        receive(request, input + i, 1);
    if (http_head_complete(request))
        snprintf(got, TEXT_SIZE, "before %zu bytes", length - request->used);
    else
        snprintf(got, TEXT_SIZE, "never");
    free(request);
}

static const struct group prefixes[GROUPS_MAX] = {
    {"head complete", "before 0 bytes",
        {"GET / HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n",
            "\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n", "\n\n\nGET / HTTP/1.0\n\n",
            "GET / HTTP/1.1\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
            "^\r\n^\r\n\r\n", "G\r\n \r\n\r\r\n\t\n:\n\r\r\n\r\n"}},
    {"head complete", "before 4 bytes", {"GET / HTTP/1.0\r\n\r\n\r\n\r\n"}},
    {"head complete", "before 1 bytes", {"0{16384}0", "\r\n0{16382}0"}},
    {"head complete", "never", {"", "\r\n\r\n", "G\r\n\r\r\r", "A\n0{16381}"}},
};

/* Files */

static const char make_tree[] =
    "set -e; cd \"$BASE\"; mkdir root root-evil; echo secret >secret\n"
    "echo secret >root-evil/index.html; cd root\n"
    "mkdir -p bare odd/index.html sub/deep; mkfifo fifo\n"
    "printf 1 >index.html; printf 22 >a.html; printf 333 >'a b?%41'\n"
    "printf 4444 >sub/index.html; printf 55555 >sub/deep/b\n"
    ": >empty; : >locked; chmod 0 locked\n"
    "ln -s sub/deep/b file-link; ln -s sub folder-link; ln -s fifo fifo-link\n"
    "ln -s ../a.html sub/up-link; ln -s sub/up-link link-link\n"
    "ln -s \"$BASE/root\" full-root; ln -s \"$BASE/root/sub\" full-folder\n"
    "ln -s \"$BASE/root/a.html\" full-file; ln -s \"$BASE/secret\" full-out\n"
    "ln -s \"$BASE/root-evil/index.html\" full-evil; ln -s ../root-evil evil\n"
    "ln -s ../secret out; ln -s .. out-folder; ln -s sub/../out out-link\n"
    "ln -s loop loop; ln -s nothing dangling; ln -s /dev/null device\n";

/* Say how many bytes the file has, or the status for a failure. */
static void open_file(const char *input, size_t length, char *got)
{
    off_t size = -1;
    int file = http_open(input, &size);
    (void)length;
    if (file < 0) {
        snprintf(got, TEXT_SIZE, "%d", http_status(errno));
        return;
    }
    snprintf(got, TEXT_SIZE, "%lld bytes", (long long)size);
    close(file);
}

static const struct group files[GROUPS_MAX] = {
    {"file", "0 bytes", {"/empty"}},
    {"file", "2 bytes", {"/a.html", "//a.html", "/./a.html"}},
    {"file", "3 bytes", {"/a b?%41"}},
    {"file", "5 bytes", {"/sub/deep/b", "/sub//deep/./b"}},
    {"missing", "404", {"/missing", "/missing/", "/missing/a", "/index.html2"}},
    {"file as folder", "404", {"/a.html/", "/a.html/b", "/fifo/"}},
    {"FIFO", "404", {"/fifo", "/fifo-link"}},
    {"folder with index.html", "1 bytes", {"/", "///", "/{5000}"}},
    {"folder with index.html", "4 bytes", {"/sub/", "/sub//"}},
    {"folder without", "404", {"/bare/", "/odd/", "/sub/deep/"}},
    {"folder without /", "301", {"/sub", "/bare", "/odd/index.html"}},
    {"link inside", "1 bytes", {"/full-root/"}},
    {"link inside", "2 bytes",
        {"/link-link", "/full-file", "/full-root/full-folder/up-link"}},
    {"link inside", "4 bytes", {"/folder-link/", "/full-folder/"}},
    {"link inside", "5 bytes", {"/file-link", "/folder-link/deep/b"}},
    {"link to a folder", "301", {"/folder-link", "/full-folder", "/full-root"}},
    {"link to nothing", "404", {"/loop", "/loop/", "/dangling", "/dangling/"}},
    {"link outside", "404",
        {"/out", "/out-folder", "/out-folder/", "/out-folder/secret",
            "/out-link", "/device", "/evil", "/evil/", "/evil/index.html",
            "/full-out", "/full-evil"}},
    {"dots inside", "2 bytes", {"/sub/../a.html", "/sub/deep/../../a.html"}},
    {"dots outside", "404",
        {"/..", "/../", "//../secret", "/../secret", "/../root-evil/",
            "/../root-evil/index.html", "/../root/a.html", "/sub/../../secret",
            "/sub/../..", "/folder-link/../../secret",
            "/../../../../../../../../etc/passwd"}},
    {"absolute path", "404", {"/etc/passwd", "//etc/passwd"}},
    {"long name", "404",
        {"/0{255}", "/0{256}", "/0{256}/", "/0{8000}", "/sub/{8000}"}},
};

static const struct group locked_files[GROUPS_MAX] = {
    {"not readable", "403", {"/locked"}},
};

static volatile sig_atomic_t waited;

/* An open that waits for another end of a FIFO ends with EINTR. */
static void interrupt(int signal_number)
{
    (void)signal_number;
    waited = 1;
    alarm(1); /* the next one may wait as well */
}

/* Test http_open in a new tree of files, and remove that again. */
static void test_files(void)
{
    struct sigaction action = {.sa_handler = interrupt};
    char base[] = "/tmp/http_test.XXXXXX";
    if (!mkdtemp(base) || setenv("BASE", base, 1) < 0)
        err(1, "%s", base);
    if (system(make_tree) == 0 && chdir(base) == 0 && chdir("root") == 0) {
        int before = dup(STDOUT_FILENO);
        sigaction(SIGALRM, &action, NULL);
        alarm(5);
        run(files, open_file, "", "");
        if (geteuid() != 0)
            run(locked_files, open_file, "", "");
        signal(SIGALRM, SIG_DFL);
        alarm(60);
        int after = dup(STDOUT_FILENO);
        check("FIFO", "/fifo", "at once", waited ? "waits" : "at once");
        check("descriptors", "", "none left",
            after == before + 1 ? "none left" : "some left");
        close(before);
        close(after);
    } else {
        check("files", base, "made", "not made");
    }
    if (chdir("/") < 0 || system("rm -rf \"$BASE\"") != 0)
        warnx("%s is left", base);
}

static void test_statuses(void)
{
    static const int statuses[][2] = {{EISDIR, 301}, {EACCES, 403},
        {EPERM, 403}, {ENOENT, 404}, {ENOTDIR, 404}, {ELOOP, 404}, {ENXIO, 404},
        {ENAMETOOLONG, 404}, {EMFILE, 503}, {ENFILE, 503}, {ENOMEM, 503}};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        char expected[20], got[20];
        snprintf(expected, sizeof expected, "%d", statuses[i][1]);
        snprintf(got, sizeof got, "%d", http_status(statuses[i][0]));
        check("http_status", strerror(statuses[i][0]), expected, got);
    }
}

/* Answers */

static void type(const char *input, size_t length, char *got)
{
    (void)length;
    snprintf(got, TEXT_SIZE, "%s", http_type(input));
}

static const struct group types[GROUPS_MAX] = {
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
};

/* Return what follows the lines that every answer has, or text if it does not
 * begin with these. */
static const char *after_date(const char *text)
{
    char line[100];
    struct tm utc;
    for (time_t now = time(NULL), t = now - 2; t <= now; t++) {
        size_t n = strftime(line, sizeof line,
            "Date: %a, %d %b %Y %H:%M:%S GMT\r\nConnection: close\r\n",
            gmtime_r(&t, &utc));
        if (strncmp(text, line, n) == 0)
            return text + n;
    }
    return text;
}

/* The input is a status and a path. A long answer is only counted. */
static void lines(const char *input, size_t length, char *got)
{
    struct http_request request = {.path = strchr(input, '/')};
    (void)length;
    snprintf(got, TEXT_SIZE, "%s",
        after_date(http_lines(&request, (int)strtol(input, NULL, 10))));
    if (strlen(got) > 1000)
        snprintf(got, TEXT_SIZE, "%zu bytes", strlen(got));
}

static const struct group answers[GROUPS_MAX] = {
    {"nothing else", "", {"200 /a", "404 /a", "400 /"}},
    {"Allow", "Allow: GET, HEAD\r\n", {"405 /"}},
    {"Location", "Location: /a-._!$&'()*+,;=/b/\r\n",
        {"301 /a-._!$&'()*+,;=/b"}},
    {"Location", "Location: /a%20%22%3C%3E%5C%23%3F%25b/\r\n",
        {"301 /a \"<>\\#?%b"}},
    {"Location", "Location: /%C3%A9%FF/\r\n", {"301 /\xc3\xa9\xff"}},
    {"one slash", "Location: /evil/\r\n", {"301 /evil", "301 ////evil"}},
    {"one slash", "Location: /%5C/evil/\r\n", {"301 /\\/evil"}},
    {"long Location", "12299 bytes", {"301 /\xff{4095}"}},
};

/* Requests to send */

/* Say what a function wrote into value, of this size, then all '!'. */
static void written(int result, const char *value, size_t size, char *got)
{
    snprintf(got, TEXT_SIZE, "%s",
        value[size] != '!' ? "too much"
        : result < 0       ? "refused"
                           : value);
}

/* The input is a size and a filename. */
static void client_target(const char *input, size_t length, char *got)
{
    char value[1001], *space;
    size_t size = strtoul(input, &space, 10);
    (void)length;
    memset(value, '!', sizeof value);
    written(http_target(space + 1, value, size), value, size, got);
}

static const struct group client_targets[GROUPS_MAX] = {
    {"target", "/", {"1000 ", "1000 /"}},
    {"target", "/~a/b?b=c&d:e@f", {"1000 ~a/b?b=c&d:e@f"}},
    {"target keeps %XX", "/%41%c3%A9%00", {"1000 /%41%c3%A9%00"}},
    {"target encodes", "/%25/%25a/%25zz/a%25", {"1000 %/%a/%zz/a%"}},
    {"target encodes", "/a%20b%23%22%3C%3E%5C", {"1000 a b#\"<>\\"}},
    {"target encodes", "/%0D%0AA:%09%7F%01", {"1000 \r\nA:\t\x7f\x01"}},
    {"target encodes", "/%C3%A9%FF", {"1000 /\xc3\xa9\xff"}},
    {"target fits", "/abc", {"5 abc", "5 /abc", "6 abc", "8 abc"}},
    {"target fits", "/%20", {"5  "}},
    {"target fits", "/", {"2 ", "2 /"}},
    {"target too long", "refused", {"4 abc", "4 /abc", "4  ", "1 ", "1 /"}},
};

/* The input is a size, a port and a host. */
static void client_host(const char *input, size_t length, char *got)
{
    char value[1001], port[8], *start;
    size_t size = strtoul(input, &start, 10);
    int digits = (int)strcspn(++start, " ");
    (void)length;
    snprintf(port, sizeof port, "%.*s", digits, start);
    memset(value, '!', sizeof value);
    written(http_host(start + digits + 1, port, value, size), value, size, got);
}

static const struct group client_hosts[GROUPS_MAX] = {
    {"host", "a.example", {"1000 80 a.example", "1000 080 a.example"}},
    {"host", "127.0.0.1:8080", {"1000 8080 127.0.0.1"}},
    {"host", "[::1]", {"1000 80 ::1"}},
    {"host", "[fe80::1]:81", {"1000 81 fe80::1", "1000 81 fe80::1%eth0"}},
    {"no host", "refused",
        {"99 80 ", "99 80 a b", "99 80 a\r\nA:b", "99 80 a\n", "99 80 a/b",
            "99 80 user@a", "99 80 a%", "99 80 \xc3\xa9", "99 80 ::1 ",
            "99 80 ::1\r\n", "99 80 %eth0"}},
    {"host fits", "a:81", {"5 81 a", "6 81 a"}},
    {"host fits", "[::1]", {"6 80 ::1"}},
    {"host too long", "refused", {"4 81 a", "5 80 ::1", "1 80 a", "1 80 "}},
};

/* Responses */

/* Follow size bytes in a first piece and others of a size, each in memory of
 * its own. Say in words, TEXT_SIZE bytes, what has become of the response, the
 * first end bytes of all. */
static void follow(const char *bytes, size_t size, size_t end, size_t first,
    size_t others, char *words)
{
    struct http_response response = {0};
    size_t piece = first, taken = 0;
    for (size_t at = 0; at < size; at += piece, piece = others) {
        if (piece > size - at)
            piece = size - at;
        char *copy = malloc(piece);
        if (!copy)
            err(1, "malloc");
        memcpy(copy, bytes + at, piece);
        taken += http_follow(&response, copy, piece);
        free(copy);
    }
    const char *state = "invalid";
    if (!response.invalid)
        state = http_end(&response) < 0 ? "cut short"
                : response.complete     ? "complete"
                                        : "until EOF";
    if (response.invalid || taken == end)
        snprintf(words, TEXT_SIZE, "%s", state);
    else
        snprintf(words, TEXT_SIZE, "%s, %zu bytes taken", state, taken);
}

/* Follow a response as a whole; then byte by byte and in two pieces split at
 * every place, which must come to the same. */
static void response(const char *input, size_t length, char *got)
{
    char bytes[TEXT_SIZE], words[TEXT_SIZE];
    const char *bar = memchr(input, '|', length);
    size_t end = bar ? (size_t)(bar - input) : length;
    size_t size = bar ? length - 1 : length;
    memcpy(bytes, input, end);
    memcpy(bytes + end, input + length - (size - end), size - end);
    follow(bytes, size, end, size, size, got);
    for (size_t split = 0; split < size; split++) {
        follow(bytes, size, end, split ? split : 1, split ? size : 1, words);
        if (strcmp(words, got) != 0) {
            snprintf(got, TEXT_SIZE, "%.100s (first %zu, then %s)", words,
                split ? split : 1, split ? "the rest" : "one by one");
            return;
        }
    }
}

static const struct group status_lines[GROUPS_MAX] = {
    {"status line", "until EOF",
        {"HTTP/1.1 200 OK", "HTTP/1.0 404 ", "HTTP/1.1 200",
            "HTTP/1.1 599 a b \xe9", "HTTP/1.1 200 0{300}"}},
    {"no body", "complete",
        {"HTTP/1.1 204 No Content\r\n\r\n|", "HTTP/1.1 304\r\n\r\n|",
            "HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n|hello",
            "HTTP/1.1 204 \r\nTransfer-Encoding: chunked\r\n\r\n|0"}},
    {"1xx", "cut short", {"HTTP/1.1 100 Continue", "HTTP/1.1 199 "}},
    {"1xx", "until EOF",
        {"HTTP/1.1 103 \r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK",
            "HTTP/1.1 100 \r\n\r\nHTTP/1.1 100 \r\n\r\nHTTP/1.1 200 OK",
            "HTTP/1.1 101 \r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200"}},
    {"1xx", "complete",
        {"HTTP/1.1 103 \r\nA: b\r\n\r\nHTTP/1.1 204 \r\n\r\n|hello"}},
    {"1xx", "invalid", {"HTTP/1.1 100 \r\n\r\nhello"}},
    {"no status line", "invalid",
        {"", "hello", "\n", "HTTP", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 200OK",
            "http/1.1 200 OK", " HTTP/1.1 200 OK", "HTTP/11 200 ",
            "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 20 OK",
            "HTTP/1.1 2000 OK", "HTTP/1.1 099 ", "HTTP/1.1 -20 ",
            "HTTP/x.1 200 ", "HTTP/1.x 200 ", "ICY 200 OK", "GET / HTTP/1.1"}},
};

static const struct group starts[GROUPS_MAX] = {
    {"cut short", "cut short",
        {"", "H", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"}},
    {"no HTTP", "invalid", {"hello", "HTTQ", "\x16\x03\x01"}},
};

static const struct group bodies[GROUPS_MAX] = {
    {"no length", "until EOF",
        {"\r\n", "A: b\r\n\r\nhello", "A: b\n\n\r\n\r\nhello",
            "A: 0{300}\r\n\r\nhello", "A-Content-Length: 2\r\n\r\nhello"}},
    {"Content-Length", "complete",
        {"Content-Length: 0\r\n\r\n|", "Content-Length: 0\r\n\r\n|hello",
            "content-length:05\t\n\nhello|HTTP/1.1 200 OK\r\n\r\n",
            "A\r\nContent-Length: 5\r\n\r\n\r\n\r\n.|\r\n",
            "Content-Length: 2\r\nA: b\r\nContent-Length: 2\r\n\r\nOK|"}},
    {"Content-Length", "cut short",
        {"Content-Length: 5\r\n\r\n", "Content-Length: 5\r\n\r\nhell",
            "Content-Length: 9223372036854775807\r\n\r\nhello"}},
    {"chunked", "complete",
        {"transfer-encoding:CHUNKED\r\n\r\n0\r\n\r\n|0",
            "Transfer-Encoding: gzip, chunked \r\n\r\n0\r\n\r\n|0",
            "Transfer-Encoding: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            "0\r\n\r\n|0"}},
    {"chunked and Content-Length", "complete",
        {"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n|0",
            "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"
            "0\r\n\r\n|0"}},
    {"not chunked at last", "until EOF",
        {"Transfer-Encoding: gzip\r\n\r\n0\r\n\r\nhello",
            "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\nhello",
            "Transfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhello",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: a\r\n\r\n0\r\n",
            "Transfer-Encoding: unchunked\r\n\r\n0\r\n\r\nhello"}},
    {"NUL", "invalid", {"^\r\n", "A: b\r\n^A: b\r\n"}},
};

static const struct group body_lengths[GROUPS_MAX] = {
    {"Content-Length", "complete", {" 5", "5\r\nContent-Length: 5"}},
    {"two Content-Lengths", "invalid",
        {" 5\r\nContent-Length: 6", " 0\r\nA: b\r\nContent-Length: 5",
            " 5\r\nContent-Length: a", " 5\r\nContent-Length:"}},
    {"invalid Content-Length", "invalid",
        {"", " ", " a", " 5a", " 0x5", " +5", " -5", " 5 5", " 5.0", " 5^5",
            " 9223372036854775808", " 18446744073709551621", " 9{300}"}},
    {"long Content-Length", "invalid", {" 0{300}5"}},
};

static const struct group chunks[GROUPS_MAX] = {
    {"chunks", "complete",
        {"0\r\n\r\n|", "0\r\n\r\n|HTTP/1.1 200 OK", "000\r\n\r\n|\r\n",
            "5\r\nhello\r\n01\r\n!\r\n0\r\n\r\n|", "5\nhello\n0\n\n|0\r\n",
            "5\r\n0\r\n\r\n\r\n0\r\n\r\n|0"}},
    {"chunk size in hex", "complete",
        {"A\r\n0{10}\r\n0\r\n\r\n|", "1f\r\n0{31}\r\n0\r\n\r\n|0",
            "1F\r\n0{31}\r\n0\r\n\r\n|", "12c\r\n\n{300}\r\n0\r\n\r\n|"}},
    {"chunk extension", "complete",
        {"5;a=b\r\nhello\r\n0;c\r\n\r\n|0", "1 ;a=\";\"\r\n!\r\n0\t\r\n\r\n|",
            "5;a=0{300}\r\nhello\r\n0\r\n\r\n|0"}},
    {"trailer", "complete",
        {"0\r\nContent-Length: 5\r\nA: b\r\n\r\n|hello",
            "0\r\nA: 0{300}\r\n\r\n|0"}},
    {"chunks cut short", "cut short",
        {"", "5", "5\r\n", "5\r\nhell", "5\r\nhello", "5\r\nhello\r\n", "0",
            "0\r\n", "0\r\n\r", "0\r\nA: b\r\n", "7fffffffffffffff\r\nhello"}},
    {"bad chunk size", "invalid",
        {"\r\n", "g\r\n", "-5\r\n", "+5\r\n", " 5\r\n", "5g\r\n", "0x5\r\n",
            "5,5\r\n", ";a\r\n", "5\r5\r\n"}},
    {"chunk size overflow", "invalid",
        {"8000000000000000\r\n", "ffffffffffffffff\r\n",
            "10000000000000000\r\n", "10000000000000005\r\nhello\r\n0\r\n\r\n",
            "f{300}\r\n"}},
    {"long chunk size", "invalid", {"0{300}5\r\nhello\r\n0\r\n\r\n"}},
    {"bad chunk end", "invalid",
        {"5\r\nhello!\r\n", "5\r\nhello0\r\n\r\n", "4\r\nhello\r\n",
            "7\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\r\n"}},
};

int main(void)
{
    setenv("TZ", "XYZ+7", 1); /* Date is in GMT all the same */
    setvbuf(stdout, NULL, _IOLBF, 0);
    alarm(60);
    run(heads, request, "", "");
    run(request_lines, request, "", "\r\nHost: a\r\n\r\n");
    run(methods, request, "", " / HTTP/1.1\r\nHost: a\r\n\r\n");
    run(versions, request, "GET / ", "\r\nHost: a\r\n\r\n");
    run(targets, request, "GET ", " HTTP/1.0\r\n\r\n");
    run(hosts, request, "GET / HTTP/1.1\r\nHost:", "\r\n\r\n");
    run(header_lines, request, "GET / HTTP/1.1\r\n", "\r\nHost: a\r\n\r\n");
    run(lengths, request, "GET / HTTP/1.0\r\nContent-Length:", "\r\n\r\n");
    run(prefixes, prefix, "", "");
    test_files();
    test_statuses();
    run(types, type, "", "");
    run(answers, lines, "", "");
    run(client_targets, client_target, "", "");
    run(client_hosts, client_host, "", "");
    run(status_lines, response, "", "\r\n\r\n");
    run(starts, response, "", "");
    run(bodies, response, "HTTP/1.1 200 OK\r\n", "");
    run(body_lengths, response,
        "HTTP/1.1 200 OK\r\nContent-Length:", "\r\n\r\nhello|hello");
    run(chunks, response,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "");
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
