#!/usr/bin/env bash
# Install the Debian packages that some tests need (a browser, bubblewrap, PostgreSQL, proxies, systemd, Prometheus, Node.js, an emoji font), if the system and the user allow it.
set -u
has() { command -v "$1" >/dev/null; }
browser() { has chromium-headless-shell || has chromium || has google-chrome; }
missing=()
has bwrap || missing+=(bubblewrap)
# The shell is Chromium without its own windows, which would take most of a test's time.
shell=chromium-headless-shell
has $shell || { [ "$(id -u)" != 0 ] && browser; } || missing+=($shell fonts-liberation)
fc-list 2>/dev/null | grep -q NotoColorEmoji || [ -e /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ] || missing+=(fonts-noto-color-emoji)
ldconfig -p 2>/dev/null | grep -q libseccomp.so.2 || missing+=(libseccomp2)
has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
has openssl || missing+=(openssl)
has nginx || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
has systemd-analyze || missing+=(systemd)
has prometheus || missing+=(prometheus)
has caddy || missing+=(caddy)
has node || missing+=(nodejs)
has npm || missing+=(npm)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && has apt-get; then
  echo "installing ${missing[*]}"
  install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; }
  {
    apt-get update -qq
    # One at a time, as one that a distribution does not have would keep the others out.
    for package in "${missing[@]}"; do install "$package"; done
    browser || install chromium
  } >/tmp/practicum-system.log 2>&1 || echo "The installation failed. See /tmp/practicum-system.log."
else
  echo "Missing, and only root can install them: ${missing[*]}. Tests that need them are skipped."
fi
exit 0
