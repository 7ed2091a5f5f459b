#!/bin/sh
# haproxy.sh HOST PORT FOLDER: haproxy that answers by itself. It takes its address from a file
# only, which is written to the folder.
set -eu
data=$3
cat >"$data/haproxy.cfg" <<CONF
defaults
    mode http
    timeout client 30s
    timeout http-keep-alive 30s
frontend pages
    bind $1:$2
    http-request return status 200 content-type text/plain string hello if { path / }
    http-request return status 404
CONF
exec haproxy -db -q -f "$data/haproxy.cfg"
