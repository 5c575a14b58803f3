#!/bin/sh
# Sets up the mount namespace of the cluster's node. Run once in it: namespaces.sh DIRECTORY SOURCE=PATH… -- SYSCTL…
# Mounts directories of the lab (SOURCE) where containerd and the kubelet expect them (PATH), and copies of the kernel settings
# that the kubelet would otherwise change for the whole machine.
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
