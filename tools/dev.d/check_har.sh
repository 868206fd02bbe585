# Does a HAR file of ours serve a page in a real browser? Sourced by tools/dev. Not part of the tests: Chromium and
# Playwright take half a gigabyte, and Playwright does not come from Debian.

PLAYWRIGHT_VERSION=1.65.2

check_har() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/trafrec/playwright-$PLAYWRIGHT_VERSION log own=-Urn
  ((EUID != 0)) || own=-n
  setup build browser
  build_preset release --target trafrec
  heading "Visit a recorded page in Chromium"
  if [[ ! -e $cache/ready ]]; then
    step "install Playwright $PLAYWRIGHT_VERSION into $cache" install_playwright "$cache"
  fi
  log=$(mktemp -t trafrec-har.XXXXXX)
  at_exit "rm -f '$log'"
  # On a network of its own: what Chromium shows the second time can only come from the file.
  if ! unshare "$own" sh -c 'ip link set lo up && exec "$@"' sh "$cache/bin/python" tests/tools/har_in_chromium.py \
    "$ROOT/build/tools/trafrec" /usr/bin/chromium >"$log" 2>&1; then
    die "the page from the HAR file is not the page that was recorded" "$(cat "$log")"
  fi
  sed 's/^/  /' "$log"
  printf '\n%sThe HAR file serves the page%s\n' "$GREEN" "$PLAIN"
}

install_playwright() {
  /usr/bin/python3 -m venv --clear "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check "playwright==$PLAYWRIGHT_VERSION"
  touch "$1/ready"
}
