#!/bin/sh
# nginx.sh HOST PORT FOLDER: nginx with one page. It takes its address from a file only, which is
# written to the folder.
set -eu
data=$3
mkdir -p "$data/pages"
echo hello >"$data/pages/index.html"
cat >"$data/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid $data/pid;
error_log stderr crit;
events {}
http {
    access_log off;
    client_body_temp_path $data/body;
    proxy_temp_path $data/proxy;
    fastcgi_temp_path $data/fastcgi;
    uwsgi_temp_path $data/uwsgi;
    scgi_temp_path $data/scgi;
    server { listen $1:$2; root $data/pages; }
}
CONF
exec nginx -e stderr -p "$data" -c "$data/nginx.conf"
