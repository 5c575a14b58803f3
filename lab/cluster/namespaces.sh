#!/bin/sh
# Furnishes the mount namespace of the cluster's node; run in it, once: namespaces.sh DIRECTORY NAME=PATH… -- SYSCTL…
# Directories that containerd and the kubelet insist on become directories of the lab (NAME is one, PATH where they look for it),
# and so do the kernel settings that the kubelet would change for the whole machine: it writes to copies.
set -eu
directory=$1
shift
while [ "$1" != -- ]; do
  mount --bind "${1%%=*}" "${1#*=}"
  shift
done
shift
for setting in "$@"; do
  mkdir -p "$directory/$(dirname "$setting")"
  cat "/proc/sys/$setting" > "$directory/$setting"
  mount --bind "$directory/$setting" "/proc/sys/$setting"
done
