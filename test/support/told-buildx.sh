#!/bin/sh
# A buildx that answers as the files beside it say: `listed` where a list is asked for, else `out0`, `out1`, … one after another, the last
# one for ever. Tests link to it: a program that was written a moment ago cannot be started while another process is being forked.
cd "$(dirname "$0")" || exit 1
case "$*" in
  *version*) echo "github.com/docker/buildx v0.30.1 abc"; exit 0 ;;
  *--list=*) cat listed; exit "$(cat listed-status)" ;;
esac
n=0
while [ -e "asked$n" ]; do n=$((n + 1)); done
echo "$*" > "asked$n"
while [ ! -e "out$n" ]; do n=$((n - 1)); done
cat "out$n"
cat "err$n" >&2
exit "$(cat "status$n")"
