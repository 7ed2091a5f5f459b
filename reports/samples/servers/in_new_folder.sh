#!/bin/sh
# in_new_folder.sh COMMAND...: runs the command with a new folder as its last word. Any user may
# read the folder: nginx serves pages as another one.
set -eu
folder=$(mktemp -d)
chmod 755 "$folder"
exec "$@" "$folder"
