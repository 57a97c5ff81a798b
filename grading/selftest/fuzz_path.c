/* fuzz_path.c - a target of libFuzzer: http.c opens paths that nobody would
 * think of, and what it opens is below the root. See fuzz, which builds it, and
 * runs it in an empty folder.
 *
 * A file's first byte tells where it is: i, inside of the root, or o, outside.
 * All names are of one letter, which are found soon. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "http.h"

enum { PATH_SIZE = 6000 }; /* more than the system's own limit */

static void make_file(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, text, strlen(text)) < 0 || close(file) < 0)
        err(2, "%s", path);
}

static void make_files(void)
{
    static const char *const folders[] = {"w", "w/r", "w/r/d", "w/r/d/e",
        "w/r/f", "w/r/f/index.html", "w/r-evil", "w/o"};
    static const char *const inside[] = {
        "w/r/a", "w/r/index.html", "w/r/d/a", "w/r/d/index.html", "w/r/d/e/a"};
    static const char *const outside[] = {
        "w/a", "w/index.html", "w/r-evil/a", "w/o/a", "w/o/index.html"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (mkdir(folders[i], 0700) < 0)
            err(2, "%s", folders[i]);
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        make_file(inside[i], "inside");
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        make_file(outside[i], "o");
}

static void make_links(void)
{
    char root[PATH_SIZE], in[PATH_SIZE + 8], out[PATH_SIZE + 8];
    if (!getcwd(root, sizeof root))
        err(2, "getcwd");
    snprintf(in, sizeof in, "%s/d", root);
    snprintf(out, sizeof out, "%s-evil", root);
    const char *const links[][2] = {{"d", "j"}, {"../a", "d/k"}, {"../a", "l"},
        {"../o", "m"}, {in, "n"}, {out, "p"}, {"/", "q"}, {"..", "s"},
        {".", "t"}, {"u", "u"}, {"../r/a", "v"}, {"missing", "x"}};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (symlink(links[i][0], links[i][1]) < 0)
            err(2, "%s", links[i][1]);
    if (mkfifo("z", 0600) < 0)
        err(2, "z");
}

static void make_tree(void)
{
    make_files();
    if (chdir("w/r") < 0)
        err(2, "w/r");
    make_links();
}

/* Return the descriptor that the next open will give. */
static int next_descriptor(void)
{
    int next = dup(STDIN_FILENO);
    close(next);
    return next;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int next = -1;
    char path[PATH_SIZE], first = 0;
    struct stat info;
    off_t length = -1;

    if (next < 0) {
        make_tree();
        next = next_descriptor();
    }
    size = size < sizeof path ? size : sizeof path - 1;
    memcpy(path, data, size);
    path[size] = '\0';
    errno = 0;
    int file = http_open(path, &length);
    if (file < 0) {
        hold(errno > 0 && http_status(errno) != 501, "errno says why");
    } else {
        hold(fstat(file, &info) == 0 && S_ISREG(info.st_mode), "a file");
        hold(info.st_size == length, "as long as it says");
        hold(read(file, &first, 1) == 1 && first == 'i', "below the root");
        close(file);
    }
    hold(next_descriptor() == next, "no descriptor is left open");
    return 0;
}
