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

# What runs, and of what units it is made: two of each that has a port, so that one answers while the
# other restarts. What a machine runs are those that are enabled on it.
kinds=(hits pages sockets queue)
declare -A parts=(
    [hits]="footfall-hits.socket footfall-hits@1.service footfall-hits@2.service"
    [pages]="footfall-pages.socket footfall-pages@1.service footfall-pages@2.service"
    [sockets]="footfall-sockets.socket footfall-sockets@1.service footfall-sockets@2.service"
    [queue]="footfall-queue.service footfall-backup.timer"
)
# Of a checkout, what a release is made of: not what else may lie there, such as secrets.
code=(manage.py pyproject.toml CHANGELOG.md LICENSE requirements proj tracking realtime dashboard templates
    static docs deploy)

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

# Without it nothing would be restarted.
need_systemd() {
    has_systemd || die "systemd does not run here; docs/install.md says how to do without"
}

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

# SOURCE RELEASE: the code, with nothing that deploy/secrets or an operator put beside it.
copy_code() {
    tar -C "$1" --exclude=__pycache__ --exclude=deploy/secrets.d --exclude=deploy/.env -c "${code[@]}" |
        tar -C "$2" --no-same-owner -x
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
    copy_code "$source" "$release"
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

# RELEASE: its units and, where nginx serves it, nginx files take the place of those before; what the
# operator edits stays.
configure() {
    local file
    install -d "$units/footfall-.service.d"
    for file in "$1"/deploy/systemd/footfall*.*; do
        if [ -f "$file" ]; then install -m 0644 "$file" "$units" || return 1; fi
    done
    install -m 0644 "$1"/deploy/systemd/footfall-.service.d/*.conf "$units/footfall-.service.d" || return 1
    services daemon-reload || return 1
    if [ ! -e "$nginx/footfall/footfall.conf" ]; then return 0; fi
    for file in "$1"/deploy/nginx/*.conf; do
        if [ "${file##*/}" = footfall.conf ]; then continue; fi
        install -m 0644 "$file" "$nginx/footfall" || return 1
    done
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

# HOST:PORT: whether a process there says within a minute that it can serve.
ready() {
    local tries
    for ((tries = 0; tries < 60; tries++)); do
        if python3 -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=5)' \
            "http://$1/readyz" 2>/dev/null; then return 0; fi
        sleep 1
    done
    return 1
}

# RELEASE: whether each of the servers that run here comes up on a port that nobody asks, with the
# server's settings.
rehearse() {
    local kind port command pid came
    for kind in "${kinds[@]}"; do
        if [ "$kind" = queue ] || [ -z "$(units_of "$kind")" ]; then continue; fi
        say "Trying $kind"
        port=$(python3 -c 'import socket as s; l = s.create_server(("127.0.0.1", 0)); print(l.getsockname()[1])')
        command=$(sed -n 's|^ExecStart=/opt/footfall/current/||p' "$1/deploy/systemd/footfall-$kind@.service")
        command=${command/fd:\/\/0/127.0.0.1:$port}
        command=${command/--fd 0/--bind 127.0.0.1 --port $port}
        # shellcheck disable=SC2086 # Words, as systemd takes them.
        (as_footfall "$1" $command) &
        pid=$!
        came=no
        if ready "127.0.0.1:$port"; then came=yes; fi
        kill "$pid" 2>/dev/null || true
        wait "$pid" || true
        if [ $came = no ]; then return 1; fi
    done
}

# KIND: its services on this machine: those that are enabled, and those that run all the same.
units_of() {
    local unit pattern="footfall-$1@*.service"
    if [ "$1" = queue ]; then pattern=footfall-queue.service; fi
    {
        for unit in "$units/footfall.target.wants/"$pattern; do
            if [ -L "$unit" ]; then echo "${unit##*/}"; fi
        done
        if has_systemd; then
            systemctl list-units --plain --no-legend --state=active,activating,reloading,failed "$pattern" |
                cut -d' ' -f1
        fi
    } | sort -u
}

# KIND: the HOST:PORT at which systemd listens for it here.
address_of() {
    systemctl show --property=Listen --value "footfall-$1.socket" | sed -n '1s/ .*//p'
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

# KIND…: one process after the other, of those that run on this machine. Their ports stay open, and the
# other one of two answers meanwhile.
restart() {
    local kind unit found
    for kind in "$@"; do
        found=$(units_of "$kind")
        if [ -z "$found" ]; then continue; fi
        for unit in $found; do
            services restart "$unit" && steady "$unit" || return 1
        done
        if [ "$kind" != queue ] && has_systemd; then ready "$(address_of "$kind")" || return 1; fi
    done
}

# Forth, the queue goes first: a new one knows the tasks that old processes ask for. Back, it goes last.
forth=(queue hits pages sockets)
back=(hits pages sockets queue)

# RELEASE: run it; where it does not come up, run again what ran before, and fail.
roll_to() {
    local before previous
    before=$(readlink "$opt/current")
    previous=$(readlink "$opt/previous" || true)
    switch_to "$1"
    if configure "$1" && restart "${forth[@]}"; then return 0; fi
    say "${1##*/} did not come up; back to ${before##*/}"
    switch_to "$before"
    # deploy/rollback must not lead to the one that failed.
    if [ -n "$previous" ]; then ln -sfn "$previous" "$opt/previous"; else rm -f "$opt/previous"; fi
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
