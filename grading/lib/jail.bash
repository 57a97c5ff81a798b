# jail.bash - how code that nobody vouches for is compiled and run: `grade` chooses
# a tier, the strongest that works, and the tests start each program in it.
# shellcheck shell=bash
#
# JAIL names the tier:
#   namespaces  bubblewrap's, one in another. The tests of a phase run in the outer
#               one, with a network and process ids of their own; each program in
#               an inner one, which has of the file system what the program needs,
#               and nothing to write to but /tmp
#   uid         another user, where the system grants no namespaces and root grades
#   limits      limits alone
#   none        not even these, for programs that one runs anyway
# JAIL_USER is the number of that other user, if root grades; WORLD the folder that
# a program is to see; PREPARED what grading/prepare has made; JAIL_TASKS how many
# processes and threads there may be besides the program's own.

JAIL=${JAIL:-none}
MEMORY_KB=2000000     # that a program may use
ADDRESSES_KB=16000000 # threads have stacks and heaps that they hardly use
DESCRIPTORS=4096      # a socket's buffers are memory, too
COMPILER_KB=4000000
COMPILER_S=20         # of processor time: a busy machine is no student's fault
BUILD_LIMIT_MS=120000 # for compiling a phase, where it waits for something

# as_user: sets AS_USER to the command that makes one of the other user.
as_user() {
    AS_USER=()
    [ -z "${JAIL_USER:-}" ] || AS_USER=(setpriv --reuid "$JAIL_USER"
        --regid "$JAIL_USER" --clear-groups --no-new-privs)
}

# surround LOOPBACK: sets SURROUNDED to the command that runs a phase's
# tests; LOOPBACK is that tool.
surround() {
    as_user
    SURROUNDED=()
    case $JAIL in
    namespaces)
        SURROUNDED=(${AS_USER[@]+"${AS_USER[@]}"} bwrap --unshare-user
            --unshare-net --unshare-pid --unshare-ipc --die-with-parent
            --cap-add CAP_NET_ADMIN --dev-bind / / --proc /proc -- "$1")
        ;;
    uid)
        ! unshare --net "$1" true 2>/dev/null || SURROUNDED=(unshare --net "$1")
        ;;
    esac
}

# confine [BWRAP-ARGUMENT...]: sets CONFINED to the command that runs a program
# under test; the arguments are what it sees besides WORLD. For the tests.
confine() {
    local system
    CONFINED=()
    case $JAIL in
    namespaces)
        read -r -a system <"$PREPARED/system" || :
        CONFINED=(bwrap --unshare-all --share-net --unshare-user
            --disable-userns --die-with-parent --new-session --cap-drop ALL)
        # few mounts: each start of a program pays for them
        CONFINED+=("${system[@]}" --ro-bind "$PREPARED/etc" /etc --proc /proc
            --dev /dev --size 67108864 --tmpfs /tmp --size 67108864
            --tmpfs /dev/shm --ro-bind "$WORLD" "$WORLD" "$@" --chdir "$PWD" --)
        ;;
    uid)
        as_user
        # what is in a session of its own cannot take the processors from others
        CONFINED=(setsid "${AS_USER[@]}")
        ;;
    esac
}

# end_strays: ends what a program under test has left running. In the other jails that
# goes with the program, or is found by reap.
end_strays() {
    [ "$JAIL" != uid ] || "$PREPARED/tools/reap" -u "$JAIL_USER"
}

# limit TASKS [any]: limits this shell, which is to become a program, to so many
# processes and threads, to DESCRIPTORS and, unless it may use any, to so much memory.
# The stacks of threads count as if they were used; what really is, in all, is reap's
# to limit.
limit() {
    [ "$JAIL" != none ] || return 0
    [ -z "${JAIL_TASKS:-}" ] || ulimit -u $((JAIL_TASKS + $1))
    ulimit -Hn "$DESCRIPTORS" 2>/dev/null || ulimit -n "$DESCRIPTORS" 2>/dev/null || :
    [ -n "${2:-}" ] || ulimit -v "$ADDRESSES_KB" 2>/dev/null || :
}

# compile FOLDER [MAKE-ARGUMENT...]: has make build what is in FOLDER, a phase's,
# beside which is shared/. In a shell of its own.
compile() (
    local status=0
    cd "$1" || exit
    confine --ro-bind "${1%/*}" "${1%/*}" --bind "$1" "$1"
    [ "$JAIL" != uid ] || chown "$JAIL_USER" "$1"
    ulimit -v "$COMPILER_KB" 2>/dev/null || :
    ulimit -t "$COMPILER_S"
    # without make's own rules, which would make a Makefile of Makefile.c
    "$PREPARED/tools/fresh" ${CONFINED[@]+"${CONFINED[@]}"} make -r -C "$@" \
        ${CC:+CC="$CC"} ${CFLAGS_EXTRA:+CFLAGS_EXTRA="$CFLAGS_EXTRA"} || status=$?
    # what is copied from there later is not for the program to replace
    [ "$JAIL" != uid ] || chown -R 0 "$1"
    exit "$status"
)
