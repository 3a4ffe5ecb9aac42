#!/usr/bin/env bash
# Puts Debian's Exim and OpenSMTPD, with the libraries they lack here, into test/servers/unpacked/. As packages each of
# them would put Postfix off the machine, so they are downloaded and unpacked, never installed. Needs root, for apt.
set -euo pipefail
cd "$(dirname "$0")"

unpack() {
  local folder="unpacked/$1" package="$2"
  [ -e "$folder/whole" ] && return
  rm -rf "$folder"
  mkdir -p "$folder/cache/archives/partial" "$folder/root"
  # What would have to be installed, libraries included; --download-only stops before anything is.
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --download-only --no-install-recommends \
    -o Dir::Cache="$PWD/$folder/cache" -o APT::Sandbox::User=root "$package"
  for archive in "$folder"/cache/archives/*.deb; do dpkg -x "$archive" "$folder/root"; done
  rm -rf "$folder/cache"
  touch "$folder/whole"
}

unpack exim exim4-daemon-light
unpack opensmtpd opensmtpd
