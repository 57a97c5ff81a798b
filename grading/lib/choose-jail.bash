# choose-jail.bash - for `grade`: which jail of jail.bash works here, and who may read
# what while it is in use.
# shellcheck shell=bash
#
# KIT is the kit's folder and HERE its grading/, WORK the folder of this grading and
# PREPARED that of grading/prepare. JAIL is what was asked for and becomes what is
# used; JAIL_USER and JAIL_TASKS are set, see jail.bash. `fail` ends it all.

# choose_jail: sets JAIL to the strongest tier that works, or sees that the one that
# was asked for does.
choose_jail() {
    local wanted=$JAIL
    [ "$EUID" -ne 0 ] || find_user
    JAIL_TASKS=$(tasks)
    if [ "$wanted" != auto ]; then
        JAIL=$wanted
        works || fail "the jail '$JAIL' does not work here: $(cat "$WORK/jail.log")"
        return
    fi
    for JAIL in namespaces uid limits; do
        ! works || break
    done
    [ "$JAIL" != limits ] || cat >&2 <<END
grade: WARNING: no jail works here, only limits. The submission runs with your rights: it
can read and change your files. Install bubblewrap, or grade as root in a container.
END
}

# find_user: sets JAIL_USER to a number that nobody has, nor those of the phases that
# follow it (see test_phase) and of who ends their processes (see tools/reap.c); to none
# where root is not free to choose, as in a user namespace.
find_user() {
    local i
    for i in {0..99}; do
        JAIL_USER=$((50000 + ($$ + i * 101) % 1250 * 8))
        nobody_has "$JAIL_USER" && break
    done
    as_user
    "${AS_USER[@]}" true 2>/dev/null || JAIL_USER=
}

# nobody_has FIRST: it and the seven after it are no users, and have no processes.
nobody_has() {
    local user users=() owned=()
    for ((user = $1; user < $1 + 8; user++)); do
        users+=("$user")
        owned+=(-o -user "$user")
    done
    [ -z "$(getent passwd "${users[@]}")" ] &&
        [ -z "$(find /proc -maxdepth 1 "(" "${owned[@]:1}" ")" 2>/dev/null)" ]
}

# tasks: prints how many processes and threads others have, where that is of any
# consequence: what is limited is how many a user has, and that may be one's own.
tasks() {
    local all=(/proc/[0-9]*/task/[0-9]*)
    if [ -n "$JAIL_USER" ]; then
        echo 100
    elif [ "${#all[@]}" -gt 1 ]; then
        echo $((${#all[@]} + 100))
    fi
}

# works: the jail does, for a program in WORLD; else jail.log says why not.
works() {
    local WORLD=$WORK/world1
    case $JAIL in
    limits | none) return 0 ;;
    uid) [ -n "$JAIL_USER" ] || {
        echo "only root can be another user" >"$WORK/jail.log"
        return 1
    } ;;
    esac
    open_work
    export JAIL JAIL_USER PREPARED WORLD
    surround "$PREPARED/tools/loopback"
    # shellcheck disable=SC2016 # for the inner shell
    (cd "$WORLD" && ${SURROUNDED[@]+"${SURROUNDED[@]}"} bash -c \
        'source "$0"; confine; exec "${CONFINED[@]}" test -x "$WORLD"' \
        "$WORK/tests/lib/jail.bash") 2>"$WORK/jail.log"
}

# open_work: the other user, if root grades, can use of WORK what it is to use: in
# namespaces all of it, where the programs see WORLD only.
open_work() {
    [ -n "${JAIL_USER:-}" ] || return 0
    if [ "$JAIL" = namespaces ]; then
        chown -R "$JAIL_USER" "$WORK"
    else
        chown -R 0 "$WORK"
        chmod -R a+rX "$WORK"
        chmod 711 "$WORK"
        chmod 700 "$WORK/tests" "$WORK/prepared" "$WORK"/tmp?
    fi
}

# close_kit: the other user cannot read the tests nor the reference.
close_kit() {
    close "$HERE/helpers.bash" "$KIT"
    [ ! -d "${PRIVATE:-}" ] || close "$PRIVATE" "$PRIVATE"
}

# close FILE FOLDER: if the other user can read FILE, closes FOLDER to all others.
close() {
    as_user
    ! "${AS_USER[@]}" test -r "$1" || {
        echo "grade: closing $2 to other users (chmod go-rwx)" >&2
        chmod go-rwx "$2"
    }
}

# close_phase FOLDER...: only the phase's own user gets into these. Where they are is
# seen in the arguments of processes, by other submissions too.
close_phase() {
    chgrp "$JAIL_USER" "$@"
    chmod 750 "$@"
}

# sweep: removes what files those users have left where everybody may write.
sweep() {
    local phase
    [ "$JAIL" = uid ] || return 0
    for phase in 1 2 3; do
        find /tmp /var/tmp /dev/shm /dev/mqueue /run/lock -xdev \
            -user $((JAIL_USER + phase)) -delete
    done 2>/dev/null || true
}

# make_work: sets WORK to a folder that, if root grades, another user can enter.
make_work() {
    local in=${TMPDIR:-/tmp} jailed=(auto namespaces uid)
    if [ "$EUID" -eq 0 ] && [[ " ${jailed[*]} " = *" $JAIL "* ]] &&
        ! setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$in"; then
        in=/tmp
    fi
    WORK=$(mktemp -d "$in/grade.XXXXXX")
}
