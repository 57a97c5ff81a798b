#!/usr/bin/env bats
# jail.bats - submissions that attack the grader, the machine or others, in each jail
# that works here. Most are the reference and an attack: when the attack succeeds
# the program ends, and all its points are lost.

load kit.bash

setup_file() {
    needs jq
    # which others can read until the grader closes it
    OPEN=$(mktemp -d "${TMPDIR:-/tmp}/jail.XXXXXX")
    export OPEN
    chmod 755 "$OPEN"
    BATS_TEST_TMPDIR=$OPEN few_tests
    sed -i.old "s/^COMPILER_S=.*/COMPILER_S=4/
        s/^BUILD_LIMIT_MS=.*/BUILD_LIMIT_MS=10000/" "$COPY/grading/lib/jail.bash"
    export COPY PREPARED=$BATS_FILE_TMPDIR/prepared
    "$COPY/grading/prepare" "$PREPARED"
}

teardown_file() {
    rm -rf "${OPEN:?}"
}

setup() {
    SUBMISSION=$BATS_TEST_TMPDIR/mallory
    NAME=evil$RANDOM # of its processes
    mkdir -p "$SUBMISSION/phase1"
    cp "$KIT/phase1/webserver.c" "$SUBMISSION/phase1/"
}

teardown() {
    [ -z "${LISTENER:-}" ] || kill "$LISTENER" 2>/dev/null || true
    : >"$BATS_TEST_TMPDIR/enough"
    wait
}

# needs_filter: skips the test where fresh has the kernel refuse nothing.
needs_filter() {
    case $(uname -m) in x86_64 | aarch64) ;; *) skip "nothing is refused here" ;; esac
}

# attack: adds the source on stdin, the body of a function that runs before main;
# there, `succeeded` ends the program.
attack() {
    {
        printf '#define _GNU_SOURCE\n'
        printf '#include <%s.h>\n' arpa/inet dirent errno fcntl glob pthread \
            mqueue signal stdio stdlib string sys/mman sys/msg sys/prctl \
            sys/ptrace sys/resource sys/sem sys/shm sys/socket sys/stat sys/syscall sys/wait \
            unistd
        echo "#define NAME \"$NAME\""
        cat <<'END'
#define succeeded \
    do { \
        fprintf(stderr, "the attack of line %d succeeded\n", __LINE__); \
        abort(); \
    } while (0)
END
        echo "__attribute__((constructor)) static void evil(void)"
        cat
    } >"$SUBMISSION/phase1/evil.c"
}

# in_each_jail EXPECT...: grades the submission in both jails, each within a
# minute, and then does what EXPECT says. JAIL is the one, OUT has the results.
in_each_jail() {
    local tried=0
    for JAIL in namespaces uid; do
        "$COPY/grading/grade" -j "$JAIL" -w >"$BATS_TEST_TMPDIR/which" 2>&1 || {
            cat "$BATS_TEST_TMPDIR/which"
            continue
        }
        tried=$((tried + 1))
        OUT=$BATS_TEST_TMPDIR/out.$JAIL
        SECONDS=0
        "$COPY/grading/grade" -j "$JAIL" -p 1 -o "$OUT" "$SUBMISSION" \
            >"$OUT.log" 2>&1 3>&- 4>&-
        echo "--- $JAIL, $SECONDS s"
        cat "$OUT.log"
        [ "$SECONDS" -lt 60 ]
        [ "$(jq -r .jail "$OUT/results.json")" = "$JAIL" ]
        nothing_is_left
        "$@"
    done
    [ "$tried" -gt 0 ] || skip "no jail works here"
}

# nothing_is_left: no process, and no file where everybody may write.
nothing_is_left() {
    run ! grep -sx "$NAME" /proc/[0-9]*/comm
    [ -z "$(find /tmp /var/tmp /dev/shm /run/lock -maxdepth 1 -name "$NAME*")" ]
}

# expect_score N: of 3 points.
expect_score() {
    [ "$(tail -n 1 "$OUT.log")" = "Score: $1/3" ]
}

# --- what is not its to read or to write

@test "in a jail the results, the tests and their files cannot be written" {
    echo kept >"$BATS_FILE_TMPDIR/kept"
    attack <<END
{
    const char *paths[] = {"$COPY/grading/helpers.bash", "$COPY/grading/phase1.bats",
        "$BATS_FILE_TMPDIR/kept", "$BATS_TEST_TMPDIR/out.*/results.json",
        "/tmp/grade.*/tests/*", "/tmp/grade.*/records*", "/tmp/grade.*/stream*",
        "/tmp/grade.*/tmp?/*/*", "/tmp/grade.*/prepared/tools/*", "../*", "*",
        "../../tests/*", "../../tmp1/*/test/*/*"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        glob_t found;
        if (glob(paths[i], 0, NULL, &found) != 0)
            continue;
        for (size_t j = 0; j < found.gl_pathc; j++)
            if (open(found.gl_pathv[j], O_WRONLY) >= 0 ||
                unlink(found.gl_pathv[j]) == 0)
                succeeded;
        globfree(&found);
    }
    if (open("mine", O_WRONLY | O_CREAT, 0600) >= 0)
        succeeded;
}
END
    in_each_jail expect_score 3
}

@test "in a jail the tests, the reference and other submissions cannot be read" {
    mkdir -p "$BATS_TEST_TMPDIR/alice/phase1" "$OPEN/private"
    echo "int secret;" >"$BATS_TEST_TMPDIR/alice/phase1/webserver.c"
    echo "what an instructor keeps" >"$OPEN/private/notes"
    attack <<END
{
    const char *paths[] = {"$COPY/phase1/webserver.c", "$COPY/grading/phase1.bats",
        "$COPY/grading/helpers.bash",
        "$BATS_TEST_TMPDIR/alice/phase1/webserver.c", "$BATS_TEST_TMPDIR",
        "$OPEN/private/notes",
        "/tmp/grade.*/tests/*", "/tmp/grade.*/tmp?/*/*", "/tmp/grade.*/records*",
        "../../tests/helpers.bash", "../../tests/phase1.bats"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        glob_t found;
        if (glob(paths[i], 0, NULL, &found) != 0)
            continue;
        for (size_t j = 0; j < found.gl_pathc; j++)
            if (open(found.gl_pathv[j], O_RDONLY) >= 0)
                succeeded;
        globfree(&found);
    }
}
END
    PRIVATE=$OPEN/private in_each_jail expect_score 3
}

@test "in a jail the sources, which are built once more, cannot be replaced" {
    attack <<'END'
{
    char folder[300] = "", path[400];
    if (readlink("/proc/self/exe", folder, sizeof folder - 1) < 0)
        return;
    *strrchr(folder, '/') = '\0';
    if (strstr(folder, "/sanitized/"))
        return;
    snprintf(path, sizeof path, "%s/mine.c", folder);
    if (symlink("/etc/passwd", path) == 0)
        succeeded;
    snprintf(path, sizeof path, "%s/webserver.c", folder);
    if (unlink(path) == 0 || open(path, O_WRONLY) >= 0 || chmod(path, 0) == 0)
        succeeded;
}
END
    in_each_jail expect_score 3
}

@test "in a jail what else is graded meanwhile cannot be read" {
    local alice=$BATS_TEST_TMPDIR/alice
    mkdir -p "$alice/phase1"
    printf '#include <unistd.h>\nint main(void) { for (;;) pause(); }\n' >"$alice/phase1/webserver.c"
    attack <<'END'
{
    char path[300], text[8000], folder[200], own[300] = "";
    if (readlink("/proc/self/exe", own, sizeof own - 1) < 0)
        return;
    for (int i = 0; i < 20; i++, usleep(50000)) {
        DIR *dir = opendir("/proc");
        for (struct dirent *entry; (entry = readdir(dir));) {
            snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
            int fd = open(path, O_RDONLY);
            ssize_t n = read(fd, text, sizeof text);
            char *kit = n > 0 ? memmem(text, (size_t)n, "KIT=/", 5) : NULL;
            close(fd);
            if (!kit || sscanf(kit, "KIT=%190s", folder) != 1 ||
                strncmp(own, folder, strlen(folder) - strlen("tree")) == 0)
                continue;
            const char *files[] = {"phase1/webserver.c", "../build1.log",
                "../lines1", "../stream1", "../times1", "../records1"};
            for (int j = 0; j < 6; j++) {
                snprintf(path, sizeof path, "%s/%s", folder, files[j]);
                if (open(path, O_RDONLY | O_NONBLOCK) >= 0)
                    succeeded;
            }
        }
        closedir(dir);
    }
}
END
    while [ ! -e "$BATS_TEST_TMPDIR/enough" ]; do
        "$COPY/grading/grade" -j uid -p 1 "$alice"
    done >/dev/null 2>&1 3>&- 4>&- &
    in_each_jail expect_score 3
}

@test "in a jail a file that is not the submission's cannot be compiled in" {
    attack <<END
{
    extern const char text[];
    puts(text);
}
__asm__("text: .incbin \"$COPY/phase1/webserver.c\"");
END
    in_each_jail does_not_compile
    rm "$SUBMISSION"/phase1/*
    echo "#include \"$COPY/phase1/webserver.c\"" >"$SUBMISSION/phase1/evil.c"
    in_each_jail does_not_compile
}

does_not_compile() {
    expect_score 0
    grep -q "does not compile" "$OUT.log"
}

# --- whom it may not harm

@test "in a jail no other process can be seen into, stopped or ended" {
    attack <<'END'
{
    char path[300];
    struct dirent *entry;
    DIR *dir = opendir("/proc");
    while ((entry = readdir(dir))) {
        pid_t pid = (pid_t)atol(entry->d_name);
        struct stat status;
        snprintf(path, sizeof path, "/proc/%s", entry->d_name);
        if (pid <= 0 || pid == getpid() || stat(path, &status) < 0)
            continue;
        if (status.st_uid != getuid() && kill(pid, SIGSTOP) == 0)
            succeeded;
        if (status.st_uid != getuid() && ptrace(PTRACE_ATTACH, pid, 0, 0) == 0)
            succeeded;
        snprintf(path, sizeof path, "/proc/%s/environ", entry->d_name);
        int fd = open(path, O_RDONLY);
        char text[10000];
        ssize_t n = read(fd, text, sizeof text);
        if (n > 0 && (memmem(text, (size_t)n, "SEED=", 5) ||
            memmem(text, (size_t)n, "BATS", 4)))
            succeeded;
        close(fd);
    }
    closedir(dir);
    if (getenv("SEED"))
        succeeded;
    kill(getppid(), SIGKILL);
    kill(-1, SIGKILL);
}
END
    in_each_jail expect_score 3
}

@test "in a jail a daemon cannot stop or end who ends it" {
    attack <<'END'
{
    pid_t server = getpid();
    if (fork() != 0)
        return;
    setsid();
    prctl(PR_SET_NAME, NAME);
    /* when the server has gone, whatever is started as this user */
    while (kill(server, 0) == 0 && getppid() == server)
        usleep(100);
    for (;;)
        kill(-1, SIGSTOP);
}
END
    in_each_jail expect_score 3
}

@test "in a jail a daemon does not outlive the tests" {
    attack <<'END'
{
    if (fork() != 0)
        return;
    setsid();
    signal(SIGTERM, SIG_IGN);
    if (fork() != 0)
        _exit(0);
    prctl(PR_SET_NAME, NAME);
    for (int fd = 0; fd < 30; fd++)
        close(fd);
    for (;;)
        sleep(1000);
}
END
    in_each_jail expect_score 3
}

@test "in a jail nobody waits to open a file that a program has a lease on" {
    needs_filter
    attack <<'END'
{
    for (int fd = 1; fd <= 2; fd++)
        if (fcntl(fd, F_SETLEASE, F_WRLCK) == 0)
            signal(SIGIO, SIG_IGN);
}
END
    in_each_jail expect_score 3
}

@test "in a jail no descriptor of the grader is open" {
    attack <<'END'
{
    for (int fd = 3; fd < 5000; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            succeeded;
}
END
    in_each_jail expect_score 3
}

@test "in a jail nothing outside can be called" {
    "$PREPARED/tools/wire" 100000 >"$BATS_TEST_TMPDIR/port" 3>&- 4>&- <<'END' &
listen
accept c
end c
END
    LISTENER=$!
    until [ -s "$BATS_TEST_TMPDIR/port" ]; do kill -0 "$LISTENER"; done
    attack <<END
{
    struct sockaddr_in peer = {.sin_family = AF_INET,
        .sin_port = htons($(cat "$BATS_TEST_TMPDIR/port"))};
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, (struct sockaddr *)&peer, sizeof peer) == 0)
        succeeded;
    close(s);
    s = socket(AF_INET, SOCK_DGRAM, 0);
    inet_pton(AF_INET, "198.51.100.1", &peer.sin_addr);
    if (sendto(s, "", 1, 0, (struct sockaddr *)&peer, sizeof peer) == 1)
        succeeded;
    close(s);
}
END
    in_each_jail closed_network 3
}

# closed_network N: the score, unless the jail said that it cannot close it.
closed_network() {
    grep -q 'cannot close the network' "$OUT.log" || expect_score "$1"
}

# --- what it may not use up

@test "in a jail processes that multiply come to an end" {
    attack <<'END'
{
    prctl(PR_SET_NAME, NAME);
    while (fork() >= 0)
        ;
    for (;;)
        fork();
}
END
    in_each_jail expect_score 0
}

@test "in a jail 20 GB of memory are not to be had" {
    attack <<'END'
{
    size_t gigabyte = 1 << 30;
    for (int i = 0; i < 20; i++) {
        char *memory = malloc(gigabyte);
        if (!memory)
            return;
        memset(memory, 1, gigabyte);
    }
    succeeded;
}
END
    in_each_jail survived
}

# survived: the tests came to their end. What the program got does not matter.
survived() {
    run ! grep -q 'the attack of line' "$OUT.log"
    [ "$(jq -r .status "$OUT/results.json")" = graded ]
}

@test "when memory is scarce, small programs that are large together are ended" {
    needs_filter
    grep -q Seccomp_filters /proc/self/status || skip "Linux tells of filters from 5.9 on"
    # for which it is scarce always
    sed 's/HOG_KB = .*/HOG_KB = 100000,/; s/MemAvailable/MemMissing/' \
        "$KIT/grading/tools/reap.c" >"$BATS_TEST_TMPDIR/reap.c"
    cc -I "$KIT/grading/tools" -o "$BATS_TEST_TMPDIR/reap" "$BATS_TEST_TMPDIR/reap.c"
    # shellcheck disable=SC2016 # for the inner shells
    run -0 "$BATS_TEST_TMPDIR/reap" 30000 bash -c '"$0" bash -c "
        for i in {1..9}; do (x=\$(yes | head -c 20000000); sleep 60) & done; wait"
        [ $? -eq 137 ]' "$PREPARED/tools/fresh"
}

@test "in a jail no memory is to be had that no process shows, nor any that stays" {
    needs_filter
    attack <<'END'
{
    if (shmget(IPC_PRIVATE, 1 << 20, IPC_CREAT | 0600) >= 0 ||
        semget(IPC_PRIVATE, 1, IPC_CREAT | 0600) >= 0 ||
        msgget(IPC_PRIVATE, IPC_CREAT | 0600) >= 0 ||
        mq_open("/" NAME, O_CREAT | O_RDWR, 0600, NULL) != (mqd_t)-1 ||
        syscall(SYS_add_key, "user", NAME, "x", 1, -3) >= 0 ||
        memfd_create(NAME, 0) >= 0)
        succeeded;
}
END
    in_each_jail expect_score 3
}

@test "in a jail the disk cannot be filled" {
    local before after
    before=$(df -Pk /tmp | awk 'NR == 2 { print $4 }')
    attack <<'END'
{
    static char block[1 << 20];
    const char *folders[] = {"/tmp", "/var/tmp", "/dev/shm", "/run/lock", "."};
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 4000; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/" NAME "%d", folders[i % 5], i);
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        for (int j = 0; fd >= 0 && write(fd, block, sizeof block) > 0; j++)
            if (j > 500)
                succeeded;
        close(fd);
    }
}
END
    in_each_jail survived
    after=$(df -Pk /tmp | awk 'NR == 2 { print $4 }')
    [ "$after" -gt $((before - 3000000)) ]
}

@test "who makes files without number as another user is stopped" {
    [ "$(id -u)" -eq 0 ] || skip "only root can be another user"
    needs perl
    unshare --mount true 2>/dev/null || skip "no file system can be mounted here"
    # shellcheck disable=SC2016 # for the inner shell
    run -137 unshare --mount bash -c 'mount -t tmpfs -o nr_inodes=900000 none /dev/shm
        "$0" -u 62345 60000 setpriv --reuid 62345 --regid 62345 --clear-groups \
            perl -e "open F, q(>), qq(/dev/shm/\$_) for 1 .. 800000"' \
        "$PREPARED/tools/reap"
}

@test "in a jail a program that takes all ports has itself to blame" {
    attack <<'END'
{
}

int listen(int listener, int length)
{
    struct rlimit most;
    long result = syscall(SYS_listen, listener, length);
    getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
    struct sockaddr_in any = {.sin_family = AF_INET};
    for (int i = 0; i < 40; i++)
        if (fork() == 0) {
            for (int port = 32768 + i; port < 61000; port += 40) {
                any.sin_port = htons((in_port_t)port);
                bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&any,
                    sizeof any);
            }
            for (;;)
                pause();
        }
    sleep(1);
    return (int)result;
}
END
    in_each_jail expect_score 0
}

@test "a compiler that is made to write, to grow or to complain without end is stopped" {
    local i
    attack <<<'{ }'
    {
        echo 'char big[3000000000] = {1};'
        for ((i = 0; i < 2000; i++)); do echo "int a$i = undeclared$i;"; done
        echo '#include "evil.c"'
    } >>"$SUBMISSION/phase1/evil.c"
    in_each_jail does_not_compile
    [ "$(wc -c <"$OUT/results.json")" -lt 100000 ]
}

@test "a compiler that waits without end is stopped, with a sanitizer too" {
    attack <<<'{ }'
    printf '#ifdef __SANITIZE_ADDRESS__\n#include "/dev/ptmx"\n#endif\n' \
        >>"$SUBMISSION/phase1/evil.c"
    in_each_jail expect_score 2
    grep -q "does not compile within 10 s" "$OUT.log"
}

# --- what it brings along

@test "what a submission brings along besides its sources is not used" {
    attack <<<'{ }'
    printf 'all webserver clean:\n\texit 1\n' | tee "$SUBMISSION/Makefile" \
        >"$SUBMISSION/phase1/Makefile"
    mkdir "$SUBMISSION/grading" "$SUBMISSION/shared"
    echo 'exit 1' | tee "$SUBMISSION/grading/setup_suite.bash" \
        "$SUBMISSION/setup_suite.bash" "$SUBMISSION/phase1/helpers.bash" \
        >"$SUBMISSION/phase1/phase1.bats"
    echo '#error not the kit'"'"'s' >"$SUBMISSION/shared/http.h"
    echo 'fail' >"$SUBMISSION/.curlrc"
    echo 'int x;' >"$SUBMISSION/phase1/Makefile.c"
    ln -s "$KIT/phase1/webserver.c" "$SUBMISSION/phase1/link.c"
    mkfifo "$SUBMISSION/phase1/fifo.c"
    mkdir "$SUBMISSION/phase1/folder.c"
    in_each_jail expect_score 3
    echo 'int x;' >"$SUBMISSION/phase1/\$(shell exit 1).c"
    in_each_jail expect_score 0
    grep -q 'a name that make cannot use' "$OUT.log"
}
