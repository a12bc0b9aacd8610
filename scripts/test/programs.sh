#!/usr/bin/env bash
# Installs, on a Debian and once, the programs that some tests compare with or look through. Where that cannot be, these tests are
# skipped, and this says so: it never fails.
set -uo pipefail

# PACKAGE PROGRAM-OR-FILE…: one of which is enough
programs() {
  cat <<'L'
chromium chromium chromium-browser google-chrome chrome
poppler-utils pdftotext
zsh zsh
fish fish
bash-completion /usr/share/bash-completion/bash_completion
shellcheck shellcheck
pre-commit pre-commit
cmark-gfm cmark-gfm
groff-base groff
mandoc mandoc
man-db man
rpm rpmbuild
binutils strip
qemu-user qemu-aarch64
libc6-arm64-cross /usr/aarch64-linux-gnu/lib/libc.so.6
libstdc++6-arm64-cross /usr/aarch64-linux-gnu/lib/libstdc++.so.6
wine64 /usr/lib/wine/wine64
python3 python3
openssl openssl
git git
iproute2 ip
procps ps
L
}

missing_packages() {
  local package candidates candidate
  while read -r package candidates; do
    for candidate in $candidates; do
      case $candidate in
        /*) [ -e "$candidate" ] && continue 2 ;;
        *) command -v "$candidate" >/dev/null && continue 2 ;;
      esac
    done
    echo "$package"
  done < <(programs)
}

# quietly COMMAND…: what it says is shown only where it fails
quietly() {
  local said
  said=$("$@" 2>&1 </dev/null) && return
  printf '%s\n' "$said" | tail -n 5 >&2
  return 1
}

# install PACKAGE…: only fetching has a limit of time, since an unpacking that is cut off leaves a broken system
install() {
  local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=60 -o Acquire::http::Timeout=20)
  quietly timeout 600 apt-get install "${options[@]}" --download-only "$@" &&
    quietly env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "$@"
}

mapfile -t missing < <(missing_packages)
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing what tests are tried with: ${missing[*]}"
  # one source of the machine may fail without being the one that has them
  quietly timeout 300 apt-get update -q -o Acquire::http::Timeout=20
  # not every system that has apt-get has each of them
  mapfile -t known < <(apt-cache --quiet=2 --no-all-versions show "${missing[@]}" 2>/dev/null | sed -n 's/^Package: //p')
  [ ${#known[@]} -eq 0 ] || install "${known[@]}"
  mapfile -t missing < <(missing_packages)
fi
[ ${#missing[@]} -eq 0 ] ||
  echo "tests are skipped for want of ${missing[*]} (so Debian calls the packages; run as root, make test installs them)"
exit 0
