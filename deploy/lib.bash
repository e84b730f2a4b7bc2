# What install, upgrade, rollback and footfall share: places, releases, and the way from one to the other.
# shellcheck shell=bash disable=SC2034

# Under another root than / nothing is asked of systemd.
root=${FOOTFALL_ROOT:-}
opt=$root/opt/footfall
releases=$opt/releases
settings=$root/etc/footfall/footfall.env
backups=$root/var/backups/footfall
units=$root/etc/systemd/system
nginx=$root/etc/nginx

# What answers on which port once it is ready.
declare -A ports=([hits]=8001 [pages]=8000 [sockets]=8002)

say() { printf '== %s\n' "$*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

need_root() {
    [ "$(id -u)" = 0 ] || die "must be run as root, such as with sudo"
}

# Two at a time would switch under each other.
only_one() {
    exec 9>"$root/run/lock/footfall-deploy"
    flock --nonblock 9 || die "another install, upgrade or rollback is running"
}

has_systemd() { [ -d "$root/run/systemd/system" ]; }

services() {
    say "systemctl $*"
    if has_systemd; then systemctl "$@"; fi
}

# The version of a checkout, and its commit where it has one.
name_of() {
    local version commit
    version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$1/pyproject.toml")
    commit=$(git -c safe.directory="$1" -C "$1" rev-parse --short HEAD 2>/dev/null || true)
    printf '%s\n' "$version${commit:+-$commit}"
}

# RELEASE PROGRAM…: by the server's own user, with its settings, which stand in no argument.
as_footfall() {
    local release=$1
    shift
    # A folder that this user may not read would be in the way of what it starts.
    cd /
    umask 0077
    HOME=/var/lib/footfall FOOTFALL_SETTINGS=$settings exec setpriv --reuid footfall --regid footfall --init-groups \
        --no-new-privs "$release/deploy/run" "$@"
}

# RELEASE COMMAND…: of manage.py.
manage() {
    local release=$1
    shift
    (as_footfall "$release" .venv/bin/python manage.py "$@")
}

# SOURCE NAME: the code of a checkout beside those there are, with its packages and static files.
make_release() {
    local source=$1 release=$releases/$2 scratch
    if [ -e "$release/.complete" ]; then
        say "Release $2 is there already"
        return
    fi
    say "Making release $2 in $release"
    rm -rf "$release"
    install -d "$release" "$opt/static"
    tar -C "$source" --exclude=./.git --exclude=./.venv --exclude=./data --exclude=./.cache \
        --exclude=__pycache__ --exclude='./.*_cache' -c . | tar -C "$release" --no-same-owner -x
    python3 -m venv "$release/.venv"
    "$release/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --require-hashes -r "$release/requirements/run.txt"
    "$release/.venv/bin/python" -m compileall -q "$release"/{proj,tracking,realtime,dashboard}
    # Static files depend on no setting; a folder of state is made all the same.
    scratch=$(mktemp -d)
    (cd "$release" && FOOTFALL_DATA=$scratch .venv/bin/python manage.py collectstatic --no-input -v 0)
    rm -rf "$scratch"
    chmod -R u=rwX,go=rX "$release"
    touch "$release/.complete"
}

# RELEASE: beside those of other releases, which open pages still ask for.
share_static() {
    tar -C "$1/.cache/static" --exclude=./staticfiles.json -c . | tar -C "$opt/static" --skip-old-files -x
}

# RELEASE: its units and nginx files take the place of those before; what the operator edits stays.
configure() {
    local file
    install -d "$units/footfall-.service.d" "$nginx/footfall"
    for file in "$1"/deploy/systemd/footfall*.*; do
        if [ -f "$file" ]; then install -m 0644 "$file" "$units" || return 1; fi
    done
    install -m 0644 "$1"/deploy/systemd/footfall-.service.d/*.conf "$units/footfall-.service.d" || return 1
    for file in "$1"/deploy/nginx/*.conf; do
        if [ "${file##*/}" = footfall.conf ]; then continue; fi
        install -m 0644 "$file" "$nginx/footfall" || return 1
    done
    services daemon-reload || return 1
    if has_systemd; then nginx -t -q || return 1; fi
    services reload-or-restart nginx.service
}

# RELEASE: what `current` leads to from one moment to the next; `previous` is where it led before.
switch_to() {
    local before
    before=$(readlink "$opt/current" || true)
    if [ "$before" = "$1" ]; then return; fi
    ln -sfn "$1" "$opt/current.new"
    mv -T "$opt/current.new" "$opt/current"
    if [ -n "$before" ]; then ln -sfn "$before" "$opt/previous"; fi
}

# PORT: whether a process there says within a minute that it can serve.
ready() {
    local tries
    for ((tries = 0; tries < 60; tries++)); do
        if python3 -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=5)' \
            "http://127.0.0.1:$1/readyz" 2>/dev/null; then return 0; fi
        sleep 1
    done
    return 1
}

# RELEASE: whether each of its servers comes up on a port that nobody asks, with the server's settings.
rehearse() {
    local kind port command pid came
    for kind in "${!ports[@]}"; do
        say "Trying $kind"
        port=$(python3 -c 'import socket as s; l = s.create_server(("127.0.0.1", 0)); print(l.getsockname()[1])')
        command=$(sed -n 's|^ExecStart=/opt/footfall/current/||p' "$1/deploy/systemd/footfall-$kind@.service")
        command=${command/fd:\/\/0/127.0.0.1:$port}
        command=${command/--fd 0/--bind 127.0.0.1 --port $port}
        # shellcheck disable=SC2086 # Words, as systemd takes them.
        (as_footfall "$1" $command) &
        pid=$!
        came=no
        if ready "$port"; then came=yes; fi
        kill "$pid" 2>/dev/null || true
        wait "$pid" || true
        if [ $came = no ]; then return 1; fi
    done
}

# NAME: its units, as many as this machine runs.
units_of() {
    if [ "$1" = queue ]; then
        echo footfall-queue.service
    elif has_systemd; then
        systemctl list-units --all --plain --no-legend "footfall-$1@*.service" | cut -d' ' -f1
    else
        printf '%s\n' "footfall-$1@"{1,2}.service
    fi
}

# UNIT: whether it is still there after some seconds.
steady() {
    local seconds
    has_systemd || return 0
    for ((seconds = 0; seconds < 5; seconds++)); do
        sleep 1
        systemctl is-active --quiet "$1" || return 1
    done
}

# NAME…: one process after the other. Their ports stay open, and the other one of two answers meanwhile.
restart() {
    local name unit
    for name in "$@"; do
        for unit in $(units_of "$name"); do
            services restart "$unit" && steady "$unit" || return 1
        done
        if [ "$name" != queue ] && has_systemd; then ready "${ports[$name]}" || return 1; fi
    done
}

# Forth, the queue goes first: a new one knows the tasks that old processes ask for. Back, it goes last.
forth=(queue hits pages sockets)
back=(hits pages sockets queue)

# RELEASE: run it; where it does not come up, run again what ran before, and fail.
roll_to() {
    local before
    before=$(readlink "$opt/current")
    switch_to "$1"
    if configure "$1" && restart "${forth[@]}"; then return 0; fi
    say "${1##*/} did not come up; back to ${before##*/}"
    switch_to "$before"
    configure "$before"
    restart "${back[@]}" || say "${before##*/} does not answer either: see journalctl -u 'footfall-*'"
    return 1
}

# N: of the releases that neither run nor ran before, the newest ones stay.
forget_old() {
    local current previous release kept=0
    current=$(readlink "$opt/current")
    previous=$(readlink "$opt/previous" || true)
    while IFS= read -r release; do
        if [ "$release" = "$current" ] || [ "$release" = "$previous" ]; then continue; fi
        kept=$((kept + 1))
        if [ "$kept" -gt "$1" ]; then
            say "Removing release ${release##*/}"
            rm -rf "$release"
        fi
    done < <(find "$releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | cut -d' ' -f2-)
}
