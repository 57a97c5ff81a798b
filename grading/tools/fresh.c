/* fresh.c - runs a program as a terminal would: a shell's background job, which
 * each server under test is, would have SIGINT and SIGQUIT ignored, and maybe
 * SIGPIPE. The environment is what a program needs, and nothing of the tests;
 * of the open descriptors it has the first three. On Linux it is refused what a
 * web server has no use for, and what would stay when it has ended, take memory
 * that no process is seen to have, or have who opens a file wait for it.
 * usage: fresh PROGRAM [ARGUMENT...] */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/audit.h>
#include <linux/fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#if defined __linux__ && defined __x86_64__
#define MACHINE AUDIT_ARCH_X86_64
#elif defined __linux__ && defined __aarch64__
#define MACHINE AUDIT_ARCH_AARCH64
#endif

enum { MAX_FDS = 4096 }; /* a shell opens none beyond it */

extern char **environ;

/* Return whether a variable, as NAME=value, is for the program under test. */
static int is_needed(const char *variable)
{
    static const char *const needed[] = {
        "PATH=", "TZ=", "HTTP_TIMEOUT_MS=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=",
        "TSAN_OPTIONS=", "LSAN_OPTIONS=", "MALLOC_ARENA_MAX="};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (strncmp(variable, needed[i], strlen(needed[i])) == 0)
            return 1;
    return 0;
}

static void clean_environment(void)
{
    char **kept = environ;
    for (char **next = environ; *next; next++)
        if (is_needed(*next))
            *kept++ = *next;
    *kept = NULL;
}

static void close_others(void)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 3U, ~0U, 0U) == 0)
        return;
#endif
    long limit = sysconf(_SC_OPEN_MAX);
    for (int fd = 3; fd < limit && fd < MAX_FDS; fd++)
        close(fd);
}

#ifdef MACHINE
#define LOAD(field)                                                            \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define FAIL(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define UNLESS(comparison, value, skipped)                                     \
    BPF_JUMP(BPF_JMP | (comparison) | BPF_K, (value), 0, (skipped))
#define REFUSE_CALL(number) UNLESS(BPF_JEQ, number, 1), FAIL(ENOSYS)
static struct sock_filter filter[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
    FAIL(ENOSYS),
    LOAD(nr),
    /* by numbers of another kind, x32's */
    UNLESS(BPF_JGE, 0x40000000, 1),
    FAIL(ENOSYS),
    REFUSE_CALL(SYS_shmget),
    REFUSE_CALL(SYS_semget),
    REFUSE_CALL(SYS_msgget),
    REFUSE_CALL(SYS_mq_open),
    REFUSE_CALL(SYS_memfd_create),
    REFUSE_CALL(SYS_add_key),
    REFUSE_CALL(SYS_request_key),
    REFUSE_CALL(SYS_keyctl),
    UNLESS(BPF_JEQ, SYS_fcntl, 4),
    LOAD(args[1]), /* its lower half, on both machines */
    UNLESS(BPF_JEQ, F_SETLEASE, 1),
    FAIL(ENOSYS),
    ALLOW,
    /* to hide its descriptors, which are counted, is only pretended */
    UNLESS(BPF_JEQ, SYS_prctl, 5),
    LOAD(args[0]),
    UNLESS(BPF_JEQ, PR_SET_DUMPABLE, 3),
    LOAD(args[1]),
    UNLESS(BPF_JEQ, 0, 1),
    FAIL(0),
    ALLOW,
};
#endif

/* Have the kernel refuse some calls, as if it did not know them. */
static void refuse_some(void)
{
#ifdef MACHINE
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    /* it may be forbidden here, and then the jail has to do without */
    prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
#endif
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: fresh PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    clean_environment();
    close_others();
    refuse_some();
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
