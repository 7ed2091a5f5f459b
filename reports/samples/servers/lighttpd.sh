#!/bin/sh
# lighttpd.sh HOST PORT FOLDER: lighttpd with one page. It takes its address from a file only,
# which is written to the folder.
set -eu
data=$3
mkdir -p "$data/pages"
echo hello >"$data/pages/index.html"
cat >"$data/lighttpd.conf" <<CONF
server.document-root = "$data/pages"
server.bind = "$1"
server.port = $2
index-file.names = ( "index.html" )
mimetype.assign = ( ".html" => "text/html" )
CONF
exec lighttpd -D -f "$data/lighttpd.conf"
