#!/usr/bin/env bash
# Install the Debian packages that some tests need (a browser, bubblewrap, an emoji font), if the system and the user allow it.
set -u
missing=()
command -v bwrap >/dev/null || missing+=(bubblewrap)
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium fonts-liberation)
fc-list 2>/dev/null | grep -q NotoColorEmoji || [ -e /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ] || missing+=(fonts-noto-color-emoji)
ldconfig -p 2>/dev/null | grep -q libseccomp.so.2 || missing+=(libseccomp2)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${missing[*]}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >/tmp/practicum-system.log 2>&1 || { echo "The installation failed. See /tmp/practicum-system.log."; }
else
  echo "Missing, and only root can install them: ${missing[*]}. Tests that need them are skipped."
fi
exit 0
