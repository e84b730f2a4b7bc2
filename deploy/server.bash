# What deploy/install makes of a machine: databases, nginx, a certificate. Each does what is missing.
# shellcheck shell=bash

made=$root/etc/footfall/certificate
# Group footfall reads there what nginx could not pass on. Outside of /var/log/nginx, whose files Debian
# deletes after two weeks.
kept_hits=$root/var/lib/footfall-hits

have_databases() {
    services enable --now postgresql.service redis-server.service nginx.service
    if grep -q '^include /etc/redis/footfall.conf' /etc/redis/redis.conf; then return; fi
    say "Setting up PostgreSQL and Redis"
    for folder in /etc/postgresql/*/main/conf.d; do
        install -m 0644 "$here/deploy/postgresql/footfall.conf" "$folder"
    done
    install -m 0644 "$here/deploy/redis/footfall.conf" /etc/redis/footfall.conf
    printf 'include /etc/redis/footfall.conf\n' >>/etc/redis/redis.conf
    services restart postgresql.service redis-server.service
}

as_postgres() { (cd / && runuser -u postgres -- "$@"); }

# By its user's name alone, through PostgreSQL's own socket: there is no password to keep.
have_own_database() {
    if [ -z "$(as_postgres psql -tAc "SELECT 1 FROM pg_roles WHERE rolname = 'footfall'")" ]; then
        say "Making the database's user footfall"
        as_postgres createuser footfall
    fi
    if [ -z "$(as_postgres psql -tAc "SELECT 1 FROM pg_database WHERE datname = 'footfall'")" ]; then
        say "Making the database footfall"
        as_postgres createdb --owner footfall --encoding UTF8 --locale C.UTF-8 --template template0 footfall
    fi
}

# Debian's own site would answer by any other name, and write addresses to its log. Its 768 connections
# a worker are those of 384 dashboards.
tune_nginx() {
    rm -f "$nginx/sites-enabled/default"
    sed -i 's/^\(\s*worker_connections\) 768;/\1 16384;/' "$nginx/nginx.conf"
    install -d "$units/nginx.service.d"
    install -m 0644 "$here/deploy/systemd/nginx.service.d/footfall.conf" "$units/nginx.service.d"
    services daemon-reload
    # Its limits are those with which it was started.
    services restart nginx.service
}

# Of $certificate and $key, or of ones made here.
have_nginx() {
    # nginx's workers open the file anew there by themselves; what it makes belongs to the group.
    install -d -m 2750 -o www-data -g footfall "$kept_hits"
    if [ -e "$nginx/footfall/footfall.conf" ]; then return; fi
    say "Telling nginx of $host"
    if [ -z "$certificate" ]; then
        certificate=$made.pem key=$made.key
        (umask 0077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
            -days 825 -subj "/CN=$host" -addext "subjectAltName=DNS:$host" \
            -keyout "$key" -out "$certificate" 2>/dev/null)
        [ -n "$certbot" ] || say "The certificate was made here: browsers warn of it"
    fi
    tune_nginx
    install -d "$nginx/footfall"
    sed -e "s|/etc/letsencrypt/live/stats.example.com/fullchain.pem|$certificate|" \
        -e "s|/etc/letsencrypt/live/stats.example.com/privkey.pem|$key|" \
        -e "s|stats\.example\.com|$host|g" \
        "$release/deploy/nginx/footfall.conf" >"$nginx/footfall/footfall.conf"
    printf 'include footfall/footfall.conf;\n' >"$nginx/conf.d/footfall.conf"
}

# In place of the one made here; one that is there already is taken.
have_certificate() {
    local live=$root/etc/letsencrypt/live/$host
    if [ ! -e "$live" ]; then
        say "Getting a certificate for $host"
        certbot certonly --non-interactive --agree-tos --email "$certbot" --webroot -w /var/www/html \
            -d "$host" --deploy-hook 'systemctl reload nginx.service'
    fi
    sed -i -e "s|$made.pem|$live/fullchain.pem|" -e "s|$made.key|$live/privkey.pem|" \
        "$nginx/footfall/footfall.conf"
    services reload nginx.service
}

# ADDRESS KIND: where this machine's sockets listen, in place of loopback.
listen_at() {
    install -d "$units/footfall-$2.socket.d"
    sed -e "s/^ListenStream=.*:.*/ListenStream=$1:$(sed -n 's/^ListenStream=.*:\([0-9]*\)$/\1/p' \
        "$here/deploy/systemd/footfall-$2.socket")/" \
        "$here/deploy/many/listen.conf" >"$units/footfall-$2.socket.d/listen.conf"
    services daemon-reload
}
