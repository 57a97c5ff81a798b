/* paths.c - what choices.c does with paths: see paths.h. */
#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool decode(char *path)
{
    char *out = path;
    for (char *in = path; *in; in++) {
        unsigned value = (unsigned char)*in;
        if (*in == '%') {
            if (strspn(in + 1, "0123456789abcdefABCDEF") < 2 ||
                sscanf(in + 1, "%2x", &value) != 1 || value == '/')
                return false;
            in += 2;
        }
        if (value < ' ')
            return false;
        *out++ = (char)value;
    }
    *out = '\0';
    return true;
}

bool tidy(char *path)
{
    char *out = path;
    bool to_folder = true;
    size_t before = strlen(path), n;
    for (char *name = path + 1; *name; name += n + (name[n] == '/')) {
        n = strcspn(name, "/");
        bool up = n == 2 && memcmp(name, "..", 2) == 0;
        bool skip = up || n == 0 || (n == 1 && *name == '.');
        while (up && out > path && *--out != '/')
            ;
        if (!skip) {
            *out++ = '/';
            memmove(out, name, n);
            out += n;
        }
        to_folder = skip || name[n] == '/';
    }
    if (to_folder)
        *out++ = '/';
    *out = '\0';
    return (size_t)(out - path) != before;
}

const char *type_of(const char *path)
{
    static const char *const types =
        "\nhtml text/html\nhtm text/html\ntxt text/plain; charset=UTF-8\n"
        "css text/css\njs text/javascript\njson application/json\n"
        "md text/markdown\npng image/png\njpg image/jpeg\ngif image/gif\n"
        "svg image/svg+xml\nico image/x-icon\nwebp image/webp\n"
        "pdf application/pdf\nwasm application/wasm\n";
    static char type[64];
    char ending[16];
    const char *dot = strrchr(path, '.');
    if (dot && snprintf(ending, sizeof ending, "\n%s ", dot + 1) < 16) {
        const char *at = strstr(types, ending);
        if (at && sscanf(at + strlen(ending), "%63[^\n]", type) == 1)
            return type;
    }
    return "application/octet-stream";
}

int open_below(const char *path)
{
    char name[256];
    int at = open(".", O_RDONLY | O_DIRECTORY);
    while (at >= 0 && *path) {
        size_t length = strcspn(++path, "/");
        if (length >= sizeof name) {
            close(at);
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(name, path, length);
        strcpy(name + length, "");
        int inner = openat(at, length ? name : ".",
            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        int error = errno;
        close(at);
        errno = error;
        at = inner;
        path += length;
    }
    return at;
}
