# Chromium from Debian, driven by Playwright, which does not come from Debian: half a gigabyte, so no part of the tests.
# Sourced by what checks pages.

PLAYWRIGHT_VERSION=1.65.2

# in_browser SCRIPT ARG...: runs it with Playwright's Python on a network of its own, so that nothing is reached that the
# script does not serve itself. What it prints goes to standard output.
in_browser() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/trafrec/playwright-$PLAYWRIGHT_VERSION own=-Urn
  ((EUID != 0)) || own=-n
  if [[ ! -e $cache/ready ]]; then
    step "install Playwright $PLAYWRIGHT_VERSION into $cache" install_playwright "$cache" >&2
  fi
  unshare "$own" sh -c 'ip link set lo up && exec "$@"' sh "$cache/bin/python" "$@"
}

install_playwright() {
  /usr/bin/python3 -m venv --clear "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check "playwright==$PLAYWRIGHT_VERSION"
  touch "$1/ready"
}
